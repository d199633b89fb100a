import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PACKAGES, sourcesHash } from '../../scripts/console/sources-hash.js';
import { outDir } from '../../scripts/console/vite-config.js';
import { consoleFiles, importsOf, packageName } from '../support/import-graph.js';

it('the bundle is that of these sources: a build that finds its hash makes it no second time', () => {
  expect(readFileSync(join(outDir, 'index.html'), 'utf8')).toContain(`content="${sourcesHash()}"`);
});

it('what the console imports is in the hash', () => {
  const packages = consoleFiles()
    .flatMap(importsOf)
    .filter(({ isPackage, typeOnly }) => isPackage && !typeOnly)
    .map(({ to }) => packageName(to));
  expect([...new Set(packages)].filter((name) => name !== 'support-api' && !PACKAGES.includes(name))).toEqual([]);
});

it('has the licences of what is in it, which let us pass it on', () => {
  const text = readFileSync(join(outDir, 'licenses.md'), 'utf8');
  const named = [...text.matchAll(/^## (\S+) - \S+ \(([^)]+)\)$/gm)].map(([, name, licence]) => ({ name, licence }));
  expect(named.map(({ name }) => name)).toEqual(expect.arrayContaining(['react-dom', '@base-ui/react']));
  expect(
    named.filter(({ licence }) => !['MIT', 'ISC', '0BSD', 'Unlicense', 'Apache-2.0'].includes(licence as string)),
  ).toEqual([]);
});
