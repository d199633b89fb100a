// @ts-check
import { createRequire } from 'node:module';

// JavaScript, so that the thread of checkpointer.mjs can open a database too when tests run the sources.

/** Node-API 10 came with Node 22.14. better-sqlite3 13 asks for it, and crashes the process without. */
const NODE_API_OF_DRIVER = 10;

/** Version 12, for a Node without it: by its place, as by its name it would be 13 where 12 isn't installed. */
const OLD_DRIVER = '../../../drivers/node20/node_modules/better-sqlite3';

/** @type {typeof import('better-sqlite3') | undefined} */
let driver;

/**
 * Opens a SQLite database with the better-sqlite3 that runs on this Node: everything that opens one does it here.
 *
 * @param {string} path of a file, or `:memory:`
 * @param {import('better-sqlite3').Options} [options]
 * @returns {import('better-sqlite3').Database}
 * @throws the driver's error, SQLITE_CANTOPEN for instance; an Error that says what to do where there is no driver
 */
export function openSqlite(path, options) {
  driver ??= loadDriver();
  return new driver(path, options);
}

/** @returns {typeof import('better-sqlite3')} */
function loadDriver() {
  const require = createRequire(import.meta.url);
  if (Number(process.versions.napi) >= NODE_API_OF_DRIVER) return require('better-sqlite3');
  try {
    return require(OLD_DRIVER);
  } catch (cause) {
    const message = `No SQLite driver for Node ${process.versions.node}: run npm ci, or node drivers/node20/install.mjs`;
    throw Object.assign(new Error(message, { cause }), { code: 'NO_SQLITE_DRIVER' });
  }
}
