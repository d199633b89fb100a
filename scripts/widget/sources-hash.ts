import { hashOf } from '../browser/sources-hash.js';

export const PACKAGES = ['vite', 'preact', '@trpc/client'];
const SOURCES = ['src/widget', 'src/browser', 'src/client', 'scripts/widget', 'scripts/bundle-widget.ts'];

/** Of all that the widget's bundle depends on. */
export function sourcesHash(): string {
  return hashOf({ packages: PACKAGES, sources: SOURCES });
}
