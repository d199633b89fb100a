import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LockedPackage, lockedPackages } from '../support/lock-file.js';
import { REPOSITORY } from '../support/project.js';

const manifestIn = (folder: string) => JSON.parse(readFileSync(join(REPOSITORY, folder, 'package.json'), 'utf8'));
/** The project, and what has a package-lock.json of its own: the SQLite driver of Node 20, generators of clients. */
const PROJECTS = ['.', 'drivers/node20', 'test/generated-clients'] as const;
const all = PROJECTS.flatMap((folder) => lockedPackages(folder));
const shipped = all.filter((one) => one.shipped);
const idOf = ({ name, version }: LockedPackage) => `${name}@${version}`;

/** Licences that ask for no more than to be named. */
const LICENCES = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT'];

/** Versions below have weaknesses that are public; the ranges of packages in between would allow them. */
const AT_LEAST: Record<string, string> = {
  fastify: '5.12.8',
  'fast-jwt': '6.3.6',
  '@fastify/static': '9.1.1',
  'deepmerge-ts': '8.0.0',
  mysql2: '3.23.1',
};

/** Whether an SPDX expression of names, `OR` and one pair of parentheses leaves us a licence of the list. */
function isAllowed(expression: string | undefined): boolean {
  const names = expression?.replace(/^\((.*)\)$/, '$1').split(' OR ') ?? [];
  return names.some((name) => LICENCES.includes(name));
}

function isAtLeast(version: string, floor: string): boolean {
  return version.localeCompare(floor, 'en', { numeric: true }) >= 0;
}

describe('the packages that we build on', () => {
  it('are one version each, and the same bytes for everybody', () => {
    const direct = PROJECTS.map(manifestIn).flatMap(({ dependencies, devDependencies }) =>
      Object.entries<string>({ ...dependencies, ...devDependencies }),
    );
    expect(direct.filter(([, range]) => !/^(?:npm:.+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(range))).toEqual([]);
    expect(all.filter(({ integrity }) => !integrity?.startsWith('sha512-')).map(idOf)).toEqual([]);
  });

  it.each([
    ['.', []],
    ['drivers/node20', ['better-sqlite3']],
    ['test/generated-clients', []],
  ])('run scripts at their installation only where %s/package.json decides on it by name', (folder, run) => {
    const { allowScripts } = manifestIn(folder);
    const packages = lockedPackages(folder);
    const withScripts = packages.filter(({ hasInstallScript }) => hasInstallScript);
    const prebuilt = packages.filter(({ gypfile }) => gypfile === false);
    const decided = new Set([...withScripts, ...prebuilt].map(({ name }) => name));
    expect(Object.keys(allowScripts).sort()).toEqual([...decided].sort());
    for (const { name } of prebuilt) expect(allowScripts[name]).toBe(false);
    // Older versions of npm ask nobody: a script among these would run everywhere.
    expect(withScripts.filter((one) => one.shipped).map(({ name }) => name)).toEqual(run);
  });

  // npm leaves it out whenever it writes package-lock.json, and then runs node-gyp: `npm run lock` puts it back.
  it('are not compiled where they bring their binaries: `npm ci` asks for no Python and no compiler', () => {
    const sources = lockedPackages().filter(({ path }) => existsSync(join(REPOSITORY, path, 'binding.gyp')));
    expect(sources.map(({ name }) => name)).toContain('better-sqlite3');
    expect(sources.filter(({ gypfile }) => gypfile !== false).map(idOf)).toEqual([]);
  });

  it.each(Object.entries(AT_LEAST))('%s is %s or newer, everywhere', (name, floor) => {
    const found = all.filter((one) => one.name === name);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ version }) => !isAtLeast(version, floor)).map(idOf)).toEqual([]);
  });
});

describe('the packages that we ship', () => {
  it('have licences that let us', () => {
    expect(shipped.length).toBeGreaterThan(100);
    expect(shipped.filter(({ license }) => !isAllowed(license)).map((one) => `${idOf(one)}: ${one.license}`)).toEqual(
      [],
    );
  });

  it('are none of those that only build or test', () => {
    const names = shipped.map(({ name }) => name);
    for (const tool of ['prisma', '@prisma/engines', 'vitest', 'esbuild', 'react']) expect(names).not.toContain(tool);
  });
});
