/**
 * For what may happen thousands of times a second and must not fill the log: counts, and tells how often it happened
 * since it told last, and what it was about the last time: at once the first time, and then at most every `intervalMs`.
 */
export function tally<About extends unknown[]>(
  intervalMs: number,
  tell: (count: number, ...about: About) => void,
): (...about: About) => void {
  let count = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (...about) => {
    count += 1;
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + intervalMs;
    tell(count, ...about);
    count = 0;
  };
}
