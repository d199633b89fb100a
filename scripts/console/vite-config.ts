import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InlineConfig } from 'vite';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const outDir = join(root, 'dist/console');

/** The console: a page of its own below any path, made of the published client. */
export const viteConfig: InlineConfig = {
  root: join(root, 'src/console'),
  configFile: false,
  envDir: false,
  publicDir: false,
  // The page has a `<base>`: the server says where it stands.
  base: './',
  resolve: { alias: { 'support-api/client': join(root, 'src/client/index.ts') } },
  logLevel: 'warn',
  build: {
    outDir,
    emptyOutDir: true,
    // Its policy allows no data: in scripts and styles, and a file is compressed and kept as well.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      onLog(level, log, handle) {
        // Of React's libraries for servers: there are none here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
    // What is bundled is passed on: with its licences.
    license: { fileName: 'licenses.md' },
  },
};
