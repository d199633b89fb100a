import { accessSync, closeSync, constants, existsSync, fchmodSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../config/make-folder.js';

/**
 * Makes a database file where there is none, for its owner alone (0600), whatever the umask is; SQLite gives its log and its
 * index of it the same mode. One that is there keeps its mode.
 *
 * @throws the system's error, EACCES where the file can't be written: SQLite would open it all the same, and refuse each write
 */
export function prepareDatabaseFile(path: string): void {
  makeFolder(dirname(path));
  // One that is there is not opened: closing it again would drop all locks that this process has on it, SQLite's too.
  if (!existsSync(path)) makeFile(path);
  accessSync(path, constants.W_OK);
}

function makeFile(path: string): void {
  const file = openSync(path, 'a', 0o600);
  try {
    fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}
