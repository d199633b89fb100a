import { join } from 'node:path';
import type { InlineConfig } from 'vite';
import { root } from '../browser/sources-hash.js';

export const outDir = join(root, 'dist/widget');

/** The widget: one classic script for pages of others, made of the published client. */
export const viteConfig: InlineConfig = {
  root: join(root, 'src/widget'),
  configFile: false,
  envDir: false,
  publicDir: false,
  resolve: { alias: { 'support-api/client': join(root, 'src/client/index.ts') } },
  logLevel: 'warn',
  build: {
    outDir,
    emptyOutDir: true,
    lib: { entry: join(root, 'src/widget/main.ts'), formats: ['iife'], name: 'supportWidget', fileName: () => 'v1.js' },
    // These have light-dark(), and so it stays: what is made of it for older ones does nothing in a shadow root.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    target: 'es2022',
    reportCompressedSize: false,
    rolldownOptions: {
      output: { postBanner: '/*! Support API: licences of what is in it are beside this file, in licenses.md */' },
    },
    // What is bundled is passed on: with its licences.
    license: { fileName: 'licenses.md' },
  },
};
