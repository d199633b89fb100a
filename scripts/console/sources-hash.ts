import { hashOf } from '../browser/sources-hash.js';

export const PACKAGES = [
  'vite',
  'react',
  'react-dom',
  '@base-ui/react',
  '@tanstack/react-query',
  '@tanstack/react-router',
  '@tanstack/react-virtual',
  '@trpc/client',
  '@trpc/tanstack-react-query',
  'd3-scale',
  'oidc-client-ts',
];
const SOURCES = [
  'src/console',
  'src/browser',
  'src/client',
  'src/tickets/lifecycle.ts',
  'src/macros/placeholders.ts',
  'src/events/event-types.ts',
  'scripts/console',
  'scripts/bundle-console.ts',
];

/** Of all that the console's bundle depends on. */
export function sourcesHash(): string {
  return hashOf({ packages: PACKAGES, sources: SOURCES });
}
