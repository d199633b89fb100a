/**
 * `read`, asked once for all who ask within `ms`, also while its answer is on the way. A failure is not kept: the next one asks
 * again.
 */
export function cached<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let goodUntil = 0;
  return () => {
    const now = performance.now();
    if (answer === undefined || now >= goodUntil) {
      answer = read();
      goodUntil = now + ms;
      answer.catch(() => {
        answer = undefined;
      });
    }
    return answer;
  };
}
