import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder that only its owner may look into (0700, whatever the umask is), and those above it that are missing. One by
 * one: Node 20's own `recursive` never returns where one can't be made, below /proc for one. Those that are there stay as
 * they are.
 *
 * @throws the system's error, in one line that names the folder
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  for (const folder of missing.reverse()) makeOne(folder);
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else was faster; or it is a link that leads nowhere.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    statSync(folder);
    return;
  }
  chmodSync(folder, 0o700);
}
