import type { Parameters as FastCheckParameters } from 'fast-check';

/** What guards main draws the same each time, so that a run which fails is about the change and not about luck. */
const USUAL_SEED = 20_261_124;

/**
 * How a random test runs: `runs` times, the same way each time. TEST_SEED makes it run another way, `random` any way, with
 * TEST_PATH just the one input that failed; TEST_RUNS makes it run longer. Prints the seed before anything can hang.
 */
export function randomness(what: string, runs: number): { seed: number; numRuns: number; path?: string } {
  const { TEST_SEED, TEST_RUNS, TEST_PATH } = process.env;
  const seed = TEST_SEED === 'random' ? Date.now() % 2 ** 31 : Number(TEST_SEED ?? USUAL_SEED);
  const numRuns = Number(TEST_RUNS ?? runs);
  process.stdout.write(`${what}: ${numRuns} runs, TEST_SEED=${seed}\n`);
  return { seed, numRuns, ...(TEST_PATH && { path: TEST_PATH }) } satisfies FastCheckParameters<never>;
}
