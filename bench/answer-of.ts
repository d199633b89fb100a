import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The next message of a process; null where it ends before. Leaves no listener behind. */
export async function answerOf<T>(process: ChildProcess): Promise<T | null> {
  const settled = new AbortController();
  const { signal } = settled;
  const message = once(process, 'message', { signal }).then(([answer]) => answer as T);
  const end = once(process, 'exit', { signal }).then(() => null);
  try {
    return await Promise.race([message, end]);
  } finally {
    for (const other of [message, end]) other.catch(() => {});
    settled.abort();
  }
}
