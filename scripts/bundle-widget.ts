/**
 * Part of `npm run build`: makes dist/widget from src/widget, where one of its sources or of the packages in it has changed since,
 * and compresses it once, so that the server never does.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compress } from './browser/compress.js';
import { sourcesHash } from './widget/sources-hash.js';
import { outDir, viteConfig } from './widget/vite-config.js';

export async function bundleWidget(): Promise<void> {
  const hash = sourcesHash();
  const madeOf = join(outDir, 'sources-hash');
  if (existsSync(madeOf) && (await readFile(madeOf, 'utf8')) === hash) return;

  const { build } = await import('vite');
  await build(viteConfig);
  await compress(join(outDir, 'v1.js'));
  // Last: without it the next build begins anew.
  await writeFile(madeOf, hash);
}

await bundleWidget();
