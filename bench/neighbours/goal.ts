import { quantile } from '../quantile.js';
import type { Measured, Phase } from './measure.js';

/** What nobody may do to the others (docs/performance.md#neighbours). */
export const GOAL = { p99Times: 3, loopHeldMs: 100, peakRssMiB: 300 } as const;

/** What the neighbours see of a server that nobody attacks. */
export interface Calm {
  p50Ms: number;
  p99Ms: number;
}

/** Of all times before attacks together, as the p99 of a single phase is that of few requests. */
export function calmOf(measured: readonly Pick<Measured, 'calmMs'>[]): Calm {
  const sorted = measured.flatMap(({ calmMs }) => calmMs).sort((a, b) => a - b);
  return { p50Ms: quantile(sorted, 0.5) ?? Number.NaN, p99Ms: quantile(sorted, 0.99) ?? Number.NaN };
}

/** Which parts of the goal were missed, during the attack or after it; none: it is reached. */
export function missed({ during, after, death }: Pick<Measured, 'during' | 'after' | 'death'>, calm: Calm): string[] {
  const phases = [during, after].filter((phase) => phase !== null);
  const highest = (pick: (phase: Phase) => number | null) => Math.max(...phases.map((phase) => pick(phase) ?? 0));
  return [
    death !== null && 'life',
    highest(({ p99Ms }) => p99Ms ?? Number.POSITIVE_INFINITY) > GOAL.p99Times * calm.p99Ms && 'p99',
    highest(({ failed }) => failed) > 0 && 'failures',
    highest(({ loopHeldMs }) => loopHeldMs) > GOAL.loopHeldMs && 'loop',
    highest(({ peakRssMiB }) => peakRssMiB) > GOAL.peakRssMiB && 'memory',
  ].filter((part) => part !== false);
}
