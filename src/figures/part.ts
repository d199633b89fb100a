import type { Figures } from './schemas.js';

export type Measure = 'opened' | 'answered' | 'solved' | 'rated';

/** Tickets of one category that one agent has done something with. */
export interface Done {
  measure: Measure;
  categoryId: string;
  agent: string | null;
  total: number;
  /** How many seconds each took; of those rated, the score. */
  values: number[];
}

/** All that have the same value there, by that value; null last. */
export function partsOf<Key extends 'agent' | 'categoryId'>(all: Done[], key: Key): [Done[Key], Done[]][] {
  const parts = new Map<Done[Key], Done[]>();
  for (const one of all) {
    const part = parts.get(one[key]);
    if (part === undefined) parts.set(one[key], [one]);
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

export function workOf(part: Done[]): Work {
  const [answered, solved] = [valuesOf(part, 'answered'), valuesOf(part, 'solved')];
  return {
    answered: answered.length,
    solved: solved.length,
    firstResponseSeconds: { median: percentile(answered, 50), p90: percentile(answered, 90) },
    resolutionSeconds: { median: percentile(solved, 50), p90: percentile(solved, 90) },
    ratings: ratingsOf(valuesOf(part, 'rated')),
  };
}

function valuesOf(part: Done[], measure: Measure): Float64Array {
  return Float64Array.from(part.flatMap((one) => (one.measure === measure ? one.values : []))).sort();
}

function ratingsOf(scores: Float64Array): Work['ratings'] {
  const distribution = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
  let sum = 0;
  for (const score of scores) {
    distribution[score as keyof typeof distribution] += 1;
    sum += score;
  }
  const count = scores.length;
  return { count, average: count === 0 ? null : Math.round((sum / count) * 100) / 100, distribution };
}

/** As percentile_disc(): the first of the sorted values at which so many of a hundred are reached. */
function percentile(sorted: Float64Array, hundredths: number): number | null {
  return sorted[Math.ceil((sorted.length * hundredths) / 100) - 1] ?? null;
}
