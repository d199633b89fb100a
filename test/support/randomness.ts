import type { Parameters as FastCheckParameters } from 'fast-check';

/**
 * How a random test runs: `runs` times, each time another way. TEST_SEED makes it run the same way again, with
 * TEST_PATH just the one input that failed; TEST_RUNS makes it run longer. Prints the seed before anything can hang.
 */
export function randomness(what: string, runs: number): { seed: number; numRuns: number; path?: string } {
  const { TEST_SEED, TEST_RUNS, TEST_PATH } = process.env;
  const seed = Number(TEST_SEED ?? Date.now() % 2 ** 31);
  const numRuns = Number(TEST_RUNS ?? runs);
  process.stdout.write(`${what}: ${numRuns} runs, TEST_SEED=${seed}\n`);
  return { seed, numRuns, ...(TEST_PATH && { path: TEST_PATH }) } satisfies FastCheckParameters<never>;
}
