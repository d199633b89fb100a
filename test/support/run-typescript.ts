import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

/**
 * Runs a TypeScript file of the repository in a process of its own, and gives what it wrote on stdout.
 *
 * @throws Error with what it wrote on stderr, when it ends with anything but 0
 */
export async function runTypeScript(file: string, args: string[] = [], env: Record<string, string> = {}) {
  const { PATH = '' } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', join(root, file), ...args], {
    cwd: root,
    env: { PATH, ...env },
  });
  return stdout;
}
