import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Packs `support-api/client` for frontends as support-api-client.tgz: the same name and version as the whole package,
 * but only the files that the client reaches and the packages that these name. Installing the whole package would bring
 * fastify, Prisma and a native SQLite driver into a browser project. Needs `dist`.
 */
const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: root } } });
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const { files, packages } = reach(['dist/client/index.js', 'dist/client/index.d.ts']);
// A package of the server's that the client has begun to name: better no tarball than a heavy one.
const stray = packages.filter((name) => !['@trpc/client', '@trpc/server'].includes(name));
if (stray.length > 0) throw new Error(`The client reaches ${stray.join(', ')} through ${files.join(', ')}`);

const staged = mkdtempSync(join(tmpdir(), 'support-api-client-'));
try {
  for (const file of [...files, 'LICENSE']) cpSync(join(root, file), join(staged, file), { recursive: true });
  const { name, version, license } = manifest;
  const lean = {
    name,
    version,
    description: 'The typed client of the Support API',
    license,
    type: 'module',
    sideEffects: false,
    // A range, unlike ours: an app that has tRPC already keeps the one it has.
    dependencies: Object.fromEntries(packages.map((one) => [one, `^${manifest.dependencies[one]}`])),
    exports: { './client': manifest.exports['./client'], './package.json': './package.json' },
  };
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(lean, null, 2)}\n`);
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts'], { cwd: staged });
  const packed = join(resolve(values.out), 'support-api-client.tgz');
  cpSync(join(staged, `${name}-${version}.tgz`), packed);
  process.stdout.write(`${packed}\n`);
} finally {
  rmSync(staged, { recursive: true });
}

/** The files that some files import, directly or not, themselves included, and the packages that all of these name. */
function reach(entries: string[]): { files: string[]; packages: string[] } {
  const files = new Set(entries);
  const packages = new Set<string>();
  // What is added to a Set while it is walked is walked too.
  for (const file of files) {
    for (const specifier of specifiers(readFileSync(join(root, file), 'utf8'))) {
      if (!specifier.startsWith('.')) packages.add(specifier.replace(/^((?:@[^/]+\/)?[^/]+).*/, '$1'));
      else {
        const target = normalize(join(dirname(file), specifier));
        files.add(file.endsWith('.d.ts') ? target.replace(/\.js$/, '.d.ts') : target);
      }
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

/** What a compiled file imports: tsc's output has no import but `from '…'`, `import '…'` and `import('…')`. */
function specifiers(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '');
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map(([, name]) => name as string);
}
