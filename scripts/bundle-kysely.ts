/**
 * Part of `npm run build`: puts what statements use of Kysely into dist/db/sql/kysely.js. As it comes, Kysely is
 * hundreds of files, and to load them would take more time and memory than all our own (docs/decisions/0022-typed-sql.md).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = join(root, 'dist/db/sql/kysely.js');

await build({
  absWorkingDir: root,
  entryPoints: [file],
  outfile: file,
  allowOverwrite: true,
  bundle: true,
  minify: true,
  keepNames: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: { js: `/*\n${readFileSync(join(root, 'node_modules/kysely/LICENSE'), 'utf8').trim()}\n*/` },
  logLevel: 'warning',
});
