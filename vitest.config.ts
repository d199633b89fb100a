import { defineConfig } from 'vitest/config';

// One suite, every engine: what stands in these folders runs once on each. What only one engine has stands in
// test/db/<engine>.
const onEveryEngine = ['test/api/**/*.test.ts', 'test/db/*.test.ts', 'test/db/sql/*.test.ts', 'test/fuzz/**/*.test.ts'];

const onEngine = (engine: 'sqlite' | 'postgresql') => ({
  extends: true as const,
  test: { name: engine, include: [...onEveryEngine, `test/db/${engine}/**/*.test.ts`], provide: { engine } },
});

export default defineConfig({
  test: {
    // better-sqlite3 is a native module: processes, not threads.
    pool: 'forks',
    globalSetup: 'test/support/global-setup.ts',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a passing test's libraries print is noise.
    silent: 'passed-only',
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'] } },
      onEngine('sqlite'),
      onEngine('postgresql'),
      // The same, with files in a bucket.
      {
        extends: true,
        test: { name: 's3', include: ['test/api/files/**/*.test.ts'], provide: { engine: 'sqlite', store: 's3' } },
      },
      // Who somebody is gets decided before there is a database: once is enough.
      { extends: true, test: { name: 'auth', include: ['test/auth/**/*.test.ts'], provide: { engine: 'sqlite' } } },
      // Both engines at once, side by side.
      { extends: true, test: { name: 'property', include: ['test/property/**/*.test.ts'] } },
      // What guards the HTTP server, whatever is behind it.
      {
        extends: true,
        test: { name: 'limits', include: ['test/limits/**/*.test.ts'], provide: { engine: 'sqlite' } },
      },
      // The agents' console in a real browser, of a real server of the built output.
      { extends: true, test: { name: 'console', include: ['test/console/**/*.test.ts'], fileParallelism: false } },
      // The customers' widget, on a page of another site.
      { extends: true, test: { name: 'widget', include: ['test/widget/**/*.test.ts'], fileParallelism: false } },
      // What starts real servers of the built output, or bundles and compiles: a file at a time.
      {
        extends: true,
        test: {
          name: 'process',
          include: ['test/{process,failure,client,node}/**/*.test.ts'],
          fileParallelism: false,
          // For a machine that does other things as well: some of what breaks here takes its time to mend.
          testTimeout: 180_000,
        },
      },
    ],
  },
});
