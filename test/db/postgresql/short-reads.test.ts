import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.js';
import { startApp, type TestApp } from '../../support/app.js';
import { holdRow } from '../../support/hold-row.js';
import { textStatement } from '../../support/text-statement.js';

type Seen = { backend: number; n: string };

const look = textStatement<{ n: string }, Seen>(
  'short look',
  'SELECT pg_backend_pid() AS backend, CAST(:n AS text) AS n',
  { short: true },
);
const broken = textStatement('short broken', 'SELECT 1 / (count(*) - count(*)) FROM categories', { short: true });
const wait = textStatement('short wait', `SELECT id FROM categories WHERE id = 'category_001' FOR UPDATE`, {
  short: true,
});

let server: TestApp;
let db: Database;
beforeAll(async () => {
  // So long that a test whose statement waits for it would fail.
  server = await startApp({ env: { POOL_STATEMENT_TIMEOUT_MS: '120000' } });
  db = server.db;
});
afterAll(() => server[Symbol.asyncDispose]());

const numbers = Array.from({ length: 16 }, (_, n) => String(n));

describe('short statements that come at once', () => {
  it('share a connection, and each gets its own rows', async () => {
    const seen = await Promise.all(numbers.map((n) => db.sql.row(look, { n })));
    expect(seen.map((row) => row?.n)).toEqual(numbers);
    expect(new Set(seen.map((row) => row?.backend)).size).toBe(1);
  });

  it('are all answered, however many they are', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => String(n));
    const seen = await Promise.all(many.map((n) => db.sql.row(look, { n })));
    expect(seen.map((row) => row?.n)).toEqual(many);
  });

  it('fail alone', async () => {
    const [first, failed, last] = await Promise.allSettled([
      db.sql.row(look, { n: 'first' }),
      db.sql.rows(broken, {}),
      db.sql.row(look, { n: 'last' }),
    ]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
    expect(first).toMatchObject({ value: { n: 'first' } });
    expect(last).toMatchObject({ value: { n: 'last' } });
  });

  it('do not wait for batches that came before and take long', async () => {
    const other = await holdRow(server.databaseUrl, `SELECT 1 FROM categories WHERE id = 'category_001' FOR UPDATE`);
    const slow: Promise<unknown[]>[] = [];
    // A turn of the event loop each, so that they are in batches of their own.
    for (let n = 0; n < 4; n += 1) {
      slow.push(db.sql.rows(wait, {}));
      await nextTurn();
      await nextTurn();
    }
    expect(await db.sql.row(look, { n: 'quick' })).toMatchObject({ n: 'quick' });
    await other.commit();
    expect(await Promise.all(slow)).toEqual(slow.map(() => [{ id: 'category_001' }]));
  });
});
