import type { Figures } from './schemas.js';

export type Measure = 'opened' | 'answered' | 'solved' | 'rated';
/** What numbers are of: everything, one agent, or one category. */
export type Level = 'overall' | 'agent' | 'category';

/** How many tickets there are of one measure. */
export interface Counted {
  /** The agent or the category; null overall, and where there is no agent. */
  key: string | null;
  measure: Measure;
  /** Of those rated. */
  score: number | null;
  total: number;
  /** JSON: how many seconds half of them took at most, and how many nine in ten. */
  times: string | null;
}

/** All that have the same key, by that key; null last. */
export function byKey(all: Counted[]): [string | null, Counted[]][] {
  const parts = new Map<string | null, Counted[]>();
  for (const one of all) {
    const part = parts.get(one.key);
    if (part === undefined) parts.set(one.key, [one]);
    else part.push(one);
  }
  return [...parts].sort(([a], [b]) => inOrder(a, b));
}

/** As the database orders texts: by their bytes. */
function inOrder(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** At most `most` of them: those who did most, and in the order that they come in. */
export function busiest<Part extends Pick<Work, 'answered' | 'solved'>>(parts: Part[], most: number): Part[] {
  if (parts.length <= most) return parts;
  const done = ({ answered, solved }: Part) => answered + solved;
  const chosen = new Set(parts.toSorted((a, b) => done(b) - done(a)).slice(0, most));
  return parts.filter((part) => chosen.has(part));
}

type Work = Omit<Figures['overall'], 'opened'>;

/** Of one key. */
export function workOf(counted: Counted[]): Work {
  return {
    answered: totalOf(counted, 'answered'),
    solved: totalOf(counted, 'solved'),
    firstResponseSeconds: timesOf(counted, 'answered'),
    resolutionSeconds: timesOf(counted, 'solved'),
    ratings: ratingsOf(counted),
  };
}

export function totalOf(counted: Counted[], measure: Measure): number {
  return counted.reduce((total, one) => (one.measure === measure ? total + one.total : total), 0);
}

function timesOf(counted: Counted[], measure: Measure): Work['firstResponseSeconds'] {
  const times = counted.find((one) => one.measure === measure)?.times;
  const [median = null, p90 = null]: (number | null)[] = times ? JSON.parse(times) : [];
  return { median, p90 };
}

function ratingsOf(counted: Counted[]): Work['ratings'] {
  const distribution = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
  let [count, sum] = [0, 0];
  for (const { score, total } of counted) {
    if (score === null) continue;
    distribution[score as keyof typeof distribution] += total;
    count += total;
    sum += score * total;
  }
  return { count, average: count === 0 ? null : Math.round((sum / count) * 100) / 100, distribution };
}
