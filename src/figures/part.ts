import type { Figures } from './schemas.js';

/** Tickets of one category that one agent has done something with. */
export interface Done {
  measure: 'opened' | 'answered' | 'solved';
  categoryId: string;
  agent: string | null;
  total: number;
  /** How long each took. */
  seconds: number[];
}

/** All that have the same value there, by that value; null last. */
export function partsOf<Key extends 'agent' | 'categoryId'>(all: Done[], key: Key): [Done[Key], Done[]][] {
  const names = [...new Set(all.map((one) => one[key]))].sort(inOrder);
  return names.map((name) => [name, all.filter((one) => one[key] === name)]);
}

/** As the database orders texts: by their bytes. */
function inOrder(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

type Work = Omit<Figures['overall'], 'opened'>;

export function workOf(part: Done[]): Work {
  const [answered, solved] = [timesOf(part, 'answered'), timesOf(part, 'solved')];
  return {
    answered: answered.length,
    solved: solved.length,
    firstResponseSeconds: { median: percentile(answered, 50), p90: percentile(answered, 90) },
    resolutionSeconds: { median: percentile(solved, 50), p90: percentile(solved, 90) },
  };
}

function timesOf(part: Done[], measure: Done['measure']): Float64Array {
  return Float64Array.from(part.flatMap((one) => (one.measure === measure ? one.seconds : []))).sort();
}

/** As percentile_disc(): the first of the sorted values at which so many of a hundred are reached. */
function percentile(sorted: Float64Array, hundredths: number): number | null {
  return sorted[Math.ceil((sorted.length * hundredths) / 100) - 1] ?? null;
}
