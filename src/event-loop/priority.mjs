// @ts-check
import { getPriority, setPriority } from 'node:os';

/** Steps of Linux's scale of niceness (sched(7)): where both want a processor, the event loop's thread has nine tenths of it. */
const STEPS = 10;
const LOWEST = 19;

/**
 * Lets the event loop's thread go before another one of this process where processors are few. On Linux only: elsewhere a priority is
 * that of the whole process.
 *
 * JavaScript, so that threads which tests start by their file can import it.
 *
 * @param {number} [thread] its id (gettid(2)); without one, the calling thread
 * @throws the system's error where there is no such thread any more
 */
export function runBehindEventLoop(thread = 0) {
  if (process.platform === 'linux') setPriority(thread, Math.min(LOWEST, getPriority(thread) + STEPS));
}
