import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LockedPackage {
  /** Its place: `node_modules/a`, or `node_modules/a/node_modules/b`. */
  path: string;
  name: string;
  version: string;
  license?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  /** false: npm must not compile it. */
  gypfile?: boolean;
  /** Whether `npm ci --omit=dev --omit=optional` installs it. */
  shipped: boolean;
}

interface LockEntry extends Omit<LockedPackage, 'path' | 'name' | 'shipped'> {
  /** Where it differs from the folder's. */
  name?: string;
  dev?: boolean;
  optional?: boolean;
  /** Needed by a development package, and optional for another one. */
  devOptional?: boolean;
}

/** Every package of the package-lock.json in a folder of the repository. */
export function lockedPackages(folder = '.'): LockedPackage[] {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../..', folder, 'package-lock.json'), 'utf8'));
  const { '': _project, ...packages } = lock.packages as Record<string, LockEntry>;
  return Object.entries(packages).map(([path, { dev, optional, devOptional, ...entry }]) => ({
    ...entry,
    path,
    name: entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    shipped: !dev && !optional && !devOptional,
  }));
}
