import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Puts back into package-lock.json what npm leaves out whenever it writes it: `gypfile: false`, by which a package that
// brings its binaries says that it wants no node-gyp. Without it npm 10 and 11 run node-gyp at `npm ci` all the same, and
// fail where there is no Python.

const root = join(import.meta.dirname, '..');
const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));

for (const [path, entry] of Object.entries<Record<string, unknown>>(lock.packages)) {
  if (path === '' || !existsSync(join(root, path, 'binding.gyp'))) continue;
  const { gypfile } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  if (gypfile === false) entry.gypfile = false;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
