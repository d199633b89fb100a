// @ts-check
import { parentPort, workerData } from 'node:worker_threads';
import { openSqlite } from './open.mjs';

/**
 * The thread of SqliteCheckpoints. Asked by a message, it moves what the log holds into the database, and again what has
 * come meanwhile, and answers with what is left. What it fails with ends it.
 *
 * JavaScript, so that tests, which run the sources, can start it by its file.
 */

/** What so few pages are left of is finished in a moment by whoever is alone with the log. */
const FEW_PAGES = 50;

/** Where as much comes meanwhile each time, it would never end. */
const MAX_PASSES = 5;

/** @type {import('./checkpoints.js').CheckpointThread} */
const { path, pragmas } = workerData;
const database = openSqlite(path, { fileMustExist: true, timeout: 0 });
for (const pragma of pragmas) database.pragma(pragma);
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', () => {
  let left = 0;
  for (let passes = 0; passes < MAX_PASSES; passes += 1) {
    const { busy, log, checkpointed } = /** @type {import('./checkpoints.js').LogState} */ (checkpoint.get());
    left = log - checkpointed;
    if (busy || left < FEW_PAGES) break;
  }
  parentPort?.postMessage(left);
});
