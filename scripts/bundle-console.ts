/**
 * Part of `npm run build`: makes dist/console from src/console, where one of its sources or of the packages in it has changed since,
 * and compresses it once, so that the server never does.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compress } from './browser/compress.js';
import { sourcesHash } from './console/sources-hash.js';
import { outDir, viteConfig } from './console/vite-config.js';

const MADE_OF = 'support-api-console';

export async function bundleConsole(): Promise<void> {
  const hash = sourcesHash();
  const index = join(outDir, 'index.html');
  const meta = `<meta name="${MADE_OF}" content="${hash}">`;
  if (existsSync(index) && (await readFile(index, 'utf8')).includes(meta)) return;

  const { build } = await import('vite');
  await build(viteConfig);
  await Promise.all((await readdir(join(outDir, 'assets'))).map((name) => compress(join(outDir, 'assets', name))));
  // Last: without it the next build begins anew.
  const page = await readFile(index, 'utf8');
  await writeFile(index, page.replace('</head>', `  ${meta}\n  </head>`));
}

await bundleConsole();
