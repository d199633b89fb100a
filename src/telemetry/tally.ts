/**
 * For what may happen thousands of times a second and must not fill the log: counts, and tells how often it happened
 * since it told last, at once the first time and then at most every `intervalMs`.
 */
export function tally(intervalMs: number, tell: (count: number) => void): () => void {
  let count = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  return () => {
    count += 1;
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + intervalMs;
    tell(count);
    count = 0;
  };
}
