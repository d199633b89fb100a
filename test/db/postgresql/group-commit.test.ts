import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.js';
import type { Sql } from '../../../src/db/sql/sql.js';
import { AppError } from '../../../src/errors/app-error.js';
import { startApp, type TestApp } from '../../support/app.js';
import { holdRow } from '../../support/hold-row.js';
import { textStatement } from '../../support/text-statement.js';

const insert = textStatement<{ id: string }>(
  'group insert',
  `INSERT INTO categories (id, name, description, position) VALUES (:id, :id, 'd', 1)`,
);
const change = textStatement<{ id: string }>(
  'group change',
  `UPDATE categories SET description = 'changed' WHERE id = :id`,
);
const broken = textStatement('group broken', 'SELECT 1 / (count(*) - count(*)) FROM categories');
const find = textStatement<{ id: string }, { transaction: string; description: string }>(
  'group find',
  'SELECT xmin::text AS transaction, description FROM categories WHERE id = :id',
);

let server: TestApp;
let db: Database;
beforeAll(async () => {
  // So long that a test whose statement waits for it would fail.
  server = await startApp({ env: { POOL_STATEMENT_TIMEOUT_MS: '120000' } });
  db = server.db;
});
afterAll(() => server[Symbol.asyncDispose]());

let last = 0;
const newIds = (length: number) => Array.from({ length }, () => `category_group_${String(++last).padStart(4, '0')}`);
const put = (id: string) => (sql: Sql) => sql.run(insert, { id });
const write = (owner: string, work: (sql: Sql) => Promise<unknown>, deadline?: ReturnType<typeof newDeadline>) =>
  db.write(work, { single: true, owner, ...(deadline && { deadline }) });
const newDeadline = () => ({ expired: false, leftMs: 60_000, commits: 0 });
const stored = (id: string) => db.sql.row(find, { id });

/** The transactions that wrote these, in the order of asking. */
async function transactionsOf(ids: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(ids.map(async (id) => (await stored(id))?.transaction));
}

describe('writes that come at once', () => {
  it('share a commit, if they are of different owners', async () => {
    const ids = newIds(16);
    expect(await Promise.all(ids.map((id) => write(id, put(id))))).toEqual(ids.map(() => 1));
    const transactions = await transactionsOf(ids);
    expect(transactions[0]).toBeDefined();
    expect(new Set(transactions).size).toBe(1);
  });

  it('follow one another, if they are of one owner', async () => {
    const ids = newIds(12);
    await Promise.all(ids.map((id) => write('owner', put(id))));
    const transactions = (await transactionsOf(ids)).map(Number);
    expect(new Set(transactions).size).toBe(ids.length);
    expect(transactions).toEqual([...transactions].sort((a, b) => a - b));
  });

  it('are all written, however many they are', async () => {
    const ids = newIds(300);
    await Promise.all(ids.map((id, index) => write(`owner_${index % 70}`, put(id))));
    expect(await transactionsOf(ids)).not.toContain(undefined);
  });

  it('lose nothing by one whose statement fails, and are done once', async () => {
    const ids = newIds(8);
    const outcomes = await Promise.allSettled([
      ...ids.slice(0, 4).map((id) => write(id, put(id))),
      write('broken', (sql) => sql.run(broken, {})),
      ...ids.slice(4).map((id) => write(id, put(id))),
    ]);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(ids.map((_, n) => n !== 4).concat(true));
    expect(outcomes[4]).toMatchObject({ reason: { code: '22012' } });
    expect(await transactionsOf(ids)).not.toContain(undefined);
  });

  it('share a commit with one that refuses what is asked', async () => {
    const ids = newIds(2);
    const refusal = new AppError('NOT_FOUND');
    const outcomes = await Promise.allSettled([
      write('a', put(ids[0] as string)),
      write('b', () => Promise.reject(refusal)),
      write('c', put(ids[1] as string)),
    ]);
    expect(outcomes[1]).toEqual({ status: 'rejected', reason: refusal });
    const [first, second] = await transactionsOf(ids);
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  it('are stored without one whose time is over by then', async () => {
    const [late, ...others] = newIds(5) as [string, ...string[]];
    const deadline = newDeadline();
    const outcomes = await Promise.allSettled([
      write(
        'late',
        async (sql) => {
          await put(late)(sql);
          deadline.expired = true;
        },
        deadline,
      ),
      ...others.map((id) => write(id, put(id), newDeadline())),
    ]);
    expect(outcomes[0]).toMatchObject({ reason: { appCode: 'SERVICE_UNAVAILABLE' } });
    expect(deadline.commits).toBe(0);
    expect(outcomes.slice(1).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await stored(late)).toBeUndefined();
    expect(await transactionsOf(others)).not.toContain(undefined);
  });
});

describe('a row that another instance holds', () => {
  it('keeps the one who wants it waiting, and not those in its group or after it', async () => {
    const held = newIds(12);
    const ids = newIds(40);
    await Promise.all(held.map((id) => write(id, put(id))));
    const list = held.map((id) => `'${id}'`).join();
    const other = await holdRow(server.databaseUrl, `SELECT 1 FROM categories WHERE id IN (${list}) FOR UPDATE`);
    // Fewer than the pool has connections: those it would take all.
    const patient = held.slice(0, 6).map((id) => write(id, (sql) => sql.run(change, { id })));
    await Promise.all(ids.map((id) => write(id, put(id))));
    expect(await transactionsOf(ids)).not.toContain(undefined);
    expect((await stored(held[0] as string))?.description).toBe('d');
    await other.commit();
    expect(await Promise.all(patient)).toEqual(patient.map(() => 1));
    expect((await stored(held[0] as string))?.description).toBe('changed');
  });
});
