import type { SqlQuery } from '@prisma/driver-adapter-utils';
import { expect, it, onTestFinished } from 'vitest';
import { GuardedTransaction } from '../../../src/db/guarded-transaction.js';
import { openSqlite } from '../../../src/db/sqlite/open.mjs';
import { SqliteQueryable } from '../../../src/db/sqlite/queryable.js';
import { StatementCache } from '../../../src/db/sqlite/statement-cache.js';

const query = (sql: string): SqlQuery => ({ sql, args: [], argTypes: [] });
const closed = expect.objectContaining({ cause: expect.objectContaining({ kind: 'TransactionAlreadyClosed' }) });

/** A guarded transaction on a real connection, with a table `t`; `released` has what each release said. */
async function begin() {
  const adapter = new SqliteQueryable(new StatementCache(openSqlite(':memory:')));
  onTestFinished(() => adapter.dispose());
  await adapter.executeScript('CREATE TABLE t (x INTEGER UNIQUE); BEGIN');
  const released: boolean[] = [];
  const transaction = new GuardedTransaction({
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (sent) => adapter.queryRaw(sent),
    executeRaw: (sent) => adapter.executeRaw(sent),
    release: (clean) => void released.push(clean),
  });
  const insert = (x: number) => transaction.executeRaw(query(`INSERT INTO t VALUES (${x})`));
  const rows = async () => (await adapter.queryRaw(query('SELECT x FROM t ORDER BY x'))).rows.flat();
  return { adapter, transaction, insert, rows, released };
}

it('commits, and gives the connection back clean', async () => {
  const { transaction, insert, rows, released } = await begin();
  await insert(1);
  await transaction.commit();
  expect(await rows()).toEqual([1]);
  expect(released).toEqual([true]);
});

it.each(['commit', 'rollback'] as const)('takes nothing any more after %s', async (end) => {
  const { transaction, insert, rows, released } = await begin();
  await transaction[end]();
  await expect(insert(1)).rejects.toEqual(closed);
  await expect(transaction.queryRaw(query('SELECT 1'))).rejects.toEqual(closed);
  await expect(transaction.createSavepoint('s')).rejects.toEqual(closed);
  await expect(transaction.commit()).rejects.toEqual(closed);
  await expect(transaction.rollback()).rejects.toEqual(closed);
  expect(await rows()).toEqual([]);
  expect(released).toEqual([true]);
});

it('rejects commit with the first failure, and rolls back', async () => {
  const { transaction, insert, rows, released } = await begin();
  await insert(1);
  const failure = await insert(1).catch((error: unknown) => error);
  await expect(insert(2)).rejects.toBe(failure);
  await expect(transaction.commit()).rejects.toBe(failure);
  expect(await rows()).toEqual([]);
  expect(released).toEqual([true]);
});

it('goes on after a failure that was rolled back to a savepoint', async () => {
  const { transaction, insert, rows, released } = await begin();
  await insert(1);
  await transaction.createSavepoint('s');
  await expect(insert(1)).rejects.toThrow();
  await transaction.rollbackToSavepoint('s');
  await transaction.releaseSavepoint('s');
  await insert(2);
  await transaction.commit();
  expect(await rows()).toEqual([1, 2]);
  expect(released).toEqual([true]);
});

it.each(['commit', 'rollback'] as const)(
  'gives the connection back as not clean when neither %s nor ROLLBACK works',
  async (end) => {
    const { adapter, transaction, released } = await begin();
    // Behind its back, so that SQLite answers both with an error: no transaction is active.
    await adapter.executeScript('ROLLBACK');
    await expect(transaction[end]()).rejects.toThrow(/no transaction is active/);
    expect(released).toEqual([false]);
  },
);

it('says what failed first, even when the ROLLBACK after it fails too', async () => {
  const { adapter, transaction, insert, released } = await begin();
  await insert(1);
  const failure = await insert(1).catch((error: unknown) => error);
  await adapter.executeScript('ROLLBACK');
  await expect(transaction.commit()).rejects.toBe(failure);
  expect(released).toEqual([false]);
});
