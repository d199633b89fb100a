import { defineConfig } from 'vitest/config';

// Apart from the others, as it needs the packages of this folder: `npm run test:clients`.
export default defineConfig({
  test: {
    include: ['test/generated-clients/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    silent: 'passed-only',
  },
});
