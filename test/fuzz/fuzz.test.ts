import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { randomness } from '../support/randomness.js';
import { fuzz, writingProcedures } from './fuzz.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ env: { LOG_LEVEL: 'error' } });
});
afterAll(() => server[Symbol.asyncDispose]());

it('no input makes it fail, fall silent, tell too much, or write what it does not acknowledge', async () => {
  const { url, databaseUrl, logs } = server;
  const log = () => logs.slice(-1).map((line) => JSON.stringify(line));
  const options = randomness('fuzz test', 1500);
  const statuses = await fuzz({ url, databaseUrl, log }, options);
  if (options.numRuns < 1500 || options.path !== undefined) return;
  // It got as far as answers of every kind; else it has tried nothing.
  for (const seen of ['rest 200', 'rest 400', 'rest 404', 'trpc 200', 'trpc 400', 'bytes 400', 'replayed 200']) {
    expect([...statuses.keys()]).toContain(seen);
  }
  const done = [...statuses.keys()].filter((what) => what.startsWith('done '));
  expect(done.sort()).toEqual(
    writingProcedures()
      .map((name) => `done ${name}`)
      .sort(),
  );
}, 300_000);
