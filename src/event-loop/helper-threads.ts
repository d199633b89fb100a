import { readdirSync } from 'node:fs';
import { runBehindEventLoop } from './priority.mjs';

/**
 * Lets the event loop go before V8's helper threads (marking and sweeping for the garbage collector, compiling) where processors are
 * few: on two of them the four helpers had up to 40 % of the time while requests waited (docs/decisions/0010-limits.md). On Linux only.
 *
 * To be called first: the threads that are there already are V8's and, in Node 20, which reads modules on them, those of libuv's pool
 * (files, names of hosts). Those that come later are as the thread that makes them.
 */
export function runHelpersBehindEventLoop(): void {
  try {
    const threads = readdirSync('/proc/self/task').map(Number);
    // The list of another namespace of processes: its numbers may be somebody else's here.
    if (!threads.includes(process.pid)) return;
    for (const thread of threads) if (thread !== process.pid) runBehindEventLoop(thread);
  } catch {
    // Not Linux, or not allowed: they go on as they are.
  }
}
