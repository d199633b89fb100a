import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../config/make-folder.js';

/**
 * Makes a database file where there is none, for its owner's eyes only, whatever the umask says; SQLite gives its log and its
 * index of it the same mode. One that is there keeps its mode.
 *
 * @throws the system's error, EACCES where the file can't be written: SQLite would open it all the same, and refuse each write
 */
export function prepareDatabaseFile(path: string): void {
  makeFolder(dirname(path));
  closeSync(openSync(path, 'a', 0o600));
  accessSync(path, constants.W_OK);
}
