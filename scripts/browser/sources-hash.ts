import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a bundle is made of and by. */
export interface Ingredients {
  /** Whatever these name, directly or not, counts. */
  packages: readonly string[];
  /** Files and folders of ours. */
  sources: readonly string[];
}

interface Locked {
  version: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** Of all that a bundle depends on: the same for the same bundle, on every machine. */
export function hashOf({ packages, sources }: Ingredients): string {
  const hash = createHash('sha256');
  for (const source of [...sources, 'scripts/browser']) {
    for (const file of filesIn(source)) {
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0');
    }
  }
  for (const line of lockedPackages(packages)) hash.update(`${line}\n`);
  return hash.digest('hex').slice(0, 32);
}

function filesIn(path: string): string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).split(sep).join('/'))
    .sort();
}

/** Names and versions of the packages, and of what they depend on, as package-lock.json has them. */
function lockedPackages(names: readonly string[]): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const found = new Set(names.map((name) => `node_modules/${name}`));
  // What is added to a Set while it is walked is walked too.
  for (const path of found) {
    const { dependencies, optionalDependencies } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const nested = `${path}/node_modules/${name}`;
      found.add(nested in packages ? nested : `node_modules/${name}`);
    }
  }
  return [...found].sort().map((path) => `${path}@${packages[path]?.version}`);
}
