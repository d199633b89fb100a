import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PACKAGES, sourcesHash } from '../../scripts/widget/sources-hash.js';
import { outDir } from '../../scripts/widget/vite-config.js';
import { importsOf, packageName, widgetFiles } from '../support/import-graph.js';

/** Over the wire, as most browsers' hosts count it. */
const MAX_GZIP_BYTES = 35_000;

const read = (name: string) => readFileSync(join(outDir, name));

describe('the script of the widget', () => {
  it('is that of these sources: a build that finds its hash makes it no second time', () => {
    expect(read('sources-hash').toString()).toBe(sourcesHash());
  });

  it('has what it imports in the hash', () => {
    const packages = widgetFiles()
      .flatMap(importsOf)
      .filter(({ isPackage, typeOnly }) => isPackage && !typeOnly)
      .map(({ to }) => packageName(to));
    expect([...new Set(packages)].filter((name) => name !== 'support-api' && !PACKAGES.includes(name))).toEqual([]);
  });

  it(`is one file of at most ${MAX_GZIP_BYTES} bytes, compressed beforehand`, () => {
    expect(readdirSync(outDir).sort()).toEqual(['licenses.md', 'sources-hash', 'v1.js', 'v1.js.br', 'v1.js.gz']);
    const script = read('v1.js');
    expect(gunzipSync(read('v1.js.gz'))).toEqual(script);
    expect(brotliDecompressSync(read('v1.js.br'))).toEqual(script);
    expect(read('v1.js.gz').length).toBeLessThanOrEqual(MAX_GZIP_BYTES);
  });

  it('runs under a policy without eval, inline styles and markup from text, and sets no cookie', () => {
    const script = read('v1.js').toString();
    expect(script).not.toMatch(
      /\beval\(|new Function|createElement\(.style|document\.cookie|insertAdjacentHTML|document\.write/,
    );
    expect(script).toContain('adoptedStyleSheets');
  });

  it('leaves light and dark to the browser', () => {
    expect(read('v1.js').toString()).toContain('light-dark(');
  });

  it('names its licences, which let us pass it on', () => {
    expect(read('v1.js').toString()).toMatch(/^\/\*! .*licenses\.md \*\//);
    const named = [
      ...read('licenses.md')
        .toString()
        .matchAll(/^## (\S+) - \S+ \(([^)]+)\)$/gm),
    ];
    expect(named.map(([, name]) => name)).toEqual(expect.arrayContaining(['preact', '@trpc/client']));
    expect(named.filter(([, , licence]) => licence !== 'MIT')).toEqual([]);
  });
});
