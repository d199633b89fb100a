import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { openSqlite } from '../../../src/db/sqlite/open.mjs';
import { ReadThreads } from '../../../src/db/sqlite/read-threads.js';

let folder: string;
let path: string;
let threads: ReadThreads;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'support-api-read-threads-'));
  path = join(folder, 'support.db');
  const database = openSqlite(path);
  database.pragma('journal_mode = WAL');
  database.exec(`CREATE TABLE numbers (n INTEGER PRIMARY KEY);
    INSERT INTO numbers WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 1000) SELECT n FROM up`);
  database.close();
});
afterEach(async () => {
  await threads.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (limitMs: number) => new ReadThreads({ path, busyTimeoutMs: 1000, limitMs });

/** Goes on for minutes if nothing ends it. */
const ENDLESS = `WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 1e10 AND within_time())
  SELECT count(*) AS total FROM up`;

it('gives all rows of a statement, with its values', async () => {
  threads = open(5000);
  const rows = await threads.read('a', 'SELECT n FROM numbers WHERE n > ? ORDER BY n LIMIT ?', [10, 2]);
  expect(rows).toEqual([{ n: 11 }, { n: 12 }]);
});

it('sees what is committed, and writes nothing', async () => {
  threads = open(5000);
  const count = async () => (await threads.read('a', 'SELECT count(*) AS total FROM numbers', []))[0]?.total;
  expect(await count()).toBe(1000);
  const database = openSqlite(path);
  database.exec('DELETE FROM numbers WHERE n = 1');
  database.close();
  expect(await count()).toBe(999);
  await expect(threads.read('a', 'DELETE FROM numbers RETURNING n', [])).rejects.toMatchObject({
    code: expect.stringMatching(/^SQLITE_READONLY/),
  });
  expect(await count()).toBe(999);
});

it('ends a statement whose time is up, and goes on with the next one on the same thread', async () => {
  threads = open(100);
  await expect(threads.read('a', ENDLESS, [])).rejects.toMatchObject({ appCode: 'SERVICE_UNAVAILABLE' });
  expect(await threads.read('a', 'SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
  expect(threads.usage).toEqual({ used: 0, waiting: 0, max: 2 });
});

it('leaves the event loop free meanwhile', async () => {
  threads = open(300);
  let rounds = 0;
  let done = false;
  const read = threads.read('a', ENDLESS, []).catch(() => {
    done = true;
  });
  while (!done) {
    rounds += 1;
    await new Promise(setImmediate);
  }
  await read;
  expect(rounds).toBeGreaterThan(100);
});

it('answers others while one user asks again and again', async () => {
  threads = open(400);
  const many = Array.from({ length: 5 }, () => threads.read('a', ENDLESS, []).catch(() => 'ended'));
  expect(threads.usage).toEqual({ used: 1, waiting: 4, max: 2 });
  expect(await threads.read('b', 'SELECT 2 AS two', [])).toEqual([{ two: 2 }]);
  // Nothing of the first user's was done first.
  expect(threads.usage.used + threads.usage.waiting).toBe(5);
  await Promise.all(many);
});

it('gives nobody a thread that is about to end, after a minute without work', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  threads = open(5000);
  const one = () => threads.read('a', 'SELECT 1 AS one', []);
  await one();
  vi.advanceTimersByTime(60_000);
  expect(await one()).toEqual([{ one: 1 }]);
});

it('says what is wrong with a statement', async () => {
  threads = open(5000);
  await expect(threads.read('a', 'SELECT 1 FROM nowhere', [])).rejects.toThrow('no such table: nowhere');
});
