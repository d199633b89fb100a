/**
 * `read`, asked once for all who ask within `ms`: while its answer is on the way, and when it is there. A failure is shared as
 * well: whoever is in trouble is not asked more often for it.
 */
export function cached<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let goodUntil = 0;
  return () => {
    const now = performance.now();
    if (answer === undefined || now >= goodUntil) {
      answer = read();
      goodUntil = now + ms;
    }
    return answer;
  };
}
