import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_DELAY_MS = 1;
const LONGEST_DELAY_MS = 50;

/**
 * Tries again while another process holds SQLite's lock, for at most `timeoutMs`; then rejects with the last error.
 * SQLite's own busy timeout would do it by blocking the event loop, and with it every other request.
 */
export async function retryWhileBusy<T>(attempt: () => T | Promise<T>, timeoutMs: number): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const left = deadline - performance.now();
      if (left <= 0 || !isBusy(error)) throw error;
      // Jitter, or processes that collided once would collide again at every step.
      await sleep(Math.min(left, delay * (0.5 + Math.random())));
    }
  }
}

/** Whether it is SQLITE_BUSY or one of its extended codes, as better-sqlite3 or as Prisma's adapter reports it. */
export function isBusy(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { originalCode?: unknown } };
  const name = cause?.originalCode ?? code;
  return typeof name === 'string' && name.startsWith('SQLITE_BUSY');
}
