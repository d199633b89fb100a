import { join } from 'node:path';
import type { InlineConfig } from 'vite';
import { root } from '../browser/sources-hash.js';

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
      output: {
        // What the page begins with is one file: apart, what it shares with each page that is loaded later compresses worse.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ debugName: 'desk', name: (id, graph) => (isInFirstLoad(id, graph) ? 'desk' : null) }],
        },
      },
      onLog(level, log, handle) {
        // Of React's libraries for servers: there are none here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
    // What is bundled is passed on: with its licences.
    license: { fileName: 'licenses.md' },
  },
};

interface Graph {
  getModuleInfo(id: string): { isEntry: boolean; importers: readonly string[] } | null;
}

const known = new Map<string, boolean>();

/** Whether the page imports a module, directly or not, before anything is opened. */
function isInFirstLoad(id: string, graph: Graph): boolean {
  const before = known.get(id);
  if (before !== undefined) return before;
  // Of modules that import one another, until it is found out.
  known.set(id, false);
  const info = graph.getModuleInfo(id);
  const isIn = info !== null && (info.isEntry || info.importers.some((one) => isInFirstLoad(one, graph)));
  known.set(id, isIn);
  return isIn;
}
