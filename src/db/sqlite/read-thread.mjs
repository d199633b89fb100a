// @ts-check
import { parentPort, workerData } from 'node:worker_threads';
import { runBehindEventLoop } from '../../event-loop/priority.mjs';
import { openSqlite } from './open.mjs';

/**
 * A thread of ReadThreads: runs one statement at a time on a connection of its own, which can't write, and answers with all
 * rows. `within_time()` in a statement is true until its time is up, and then ends it with an error: a statement that
 * looks at many rows has it in its `WHERE`.
 *
 * JavaScript, so that tests, which run the sources, can start it by its file.
 */

/** Looking at the clock costs more than a row does. */
const ROWS_BETWEEN_LOOKS = 256;

runBehindEventLoop();

/** @type {import('./read-threads.js').ReadThreadData} */
const { path, busyTimeoutMs } = workerData;
// It may wait here: nobody else is on this thread.
const database = openSqlite(path, { fileMustExist: true, timeout: busyTimeoutMs });
database.pragma('query_only = ON');

let endsAt = 0;
let looked = 0;
database.function('within_time', () => {
  looked += 1;
  if (looked % ROWS_BETWEEN_LOOKS === 0 && performance.now() > endsAt) throw new Error('The statement took too long');
  return 1;
});

database.aggregate('median_and_p90', {
  start: () => /** @type {number[]} */ ([]),
  step: (values, /** @type {any} */ value) => void values.push(value),
  result: (values) => {
    const sorted = Float64Array.from(values).sort();
    return JSON.stringify([0.5, 0.9].map((part) => sorted[Math.ceil(sorted.length * part) - 1]));
  },
});

parentPort?.on('message', (/** @type {import('./read-threads.js').Reading} */ { text, values, limitMs }) => {
  endsAt = performance.now() + limitMs;
  looked = 0;
  /** @type {import('./read-threads.js').ReadOutcome} */
  let outcome;
  try {
    outcome = { rows: /** @type {Record<string, unknown>[]} */ (database.prepare(text).all(values)) };
  } catch (error) {
    const { message, code } = /** @type {Error & { code?: string }} */ (error);
    outcome = { message, code, late: performance.now() > endsAt };
  }
  parentPort?.postMessage(outcome);
});
