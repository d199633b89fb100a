import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sql } from '../../../src/db/sql/sql.js';
import { holdRow } from '../../support/hold-row.js';
import { newTestDatabase } from '../../support/open-database.js';
import { administer } from '../../support/postgresql-server.js';
import { textStatement } from '../../support/text-statement.js';

const short = { short: true };
const count = textStatement<Record<string, never>, { total: number }>(
  'fault count',
  'SELECT count(*) AS total FROM sla_targets',
  short,
);
const look = textStatement<Record<string, never>, { one: number }>('fault look', 'SELECT 1 AS one', short);
const number = textStatement<{ n: string }, { n: number }>('fault number', 'SELECT CAST(:n AS integer) AS n', short);
const insertMacro = textStatement<{ id: string }>(
  'fault macro',
  `INSERT INTO macros (id, name, text, created_at, updated_at) VALUES (:id, :id, 't', now(), now())`,
);
const insertCategory = textStatement<{ id: string }>(
  'fault category',
  `INSERT INTO categories (id, name, description, position) VALUES (:id, :id, 'd', 1)`,
);

async function open(env: Record<string, string> = {}) {
  // So long that a test that waits for the end of a statement's time would fail.
  const database = await newTestDatabase({ POOL_STATEMENT_TIMEOUT_MS: '120000', ...env });
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

const LOCKED_TARGETS = 'LOCK TABLE sla_targets IN ACCESS EXCLUSIVE MODE';
/** What somebody does to the one connection that waits for a lock. */
const endWaiting = (url: string, how: 'pg_cancel_backend' | 'pg_terminate_backend') =>
  administer(
    url,
    `SELECT ${how}(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );

describe('a batch of reads', () => {
  it('in which the first Parse of a statement fails: those behind it are answered', async () => {
    const { db, url } = await open();
    const holder = await holdRow(url, LOCKED_TARGETS);
    const first = db.sql.row(count, {});
    const others = [db.sql.row(count, {}), db.sql.row(count, {})];
    const neighbour = db.sql.row(look, {});
    await holder.waitedFor();
    const [cancelled] = await Promise.allSettled([first, endWaiting(url, 'pg_cancel_backend')]);
    expect(cancelled).toMatchObject({ reason: { code: '57014' } });
    // While the table is still locked.
    expect(await neighbour).toEqual({ one: 1 });
    await holder.commit();
    expect(await Promise.all(others)).toEqual([{ total: 4 }, { total: 4 }]);
    expect(await db.sql.row(count, {})).toEqual({ total: 4 });
  });

  it('whose connection is lost: each is answered on another', async () => {
    const { db, url } = await open();
    const holder = await holdRow(url, LOCKED_TARGETS);
    const counts = [db.sql.row(count, {}), db.sql.row(count, {})];
    const neighbour = db.sql.row(look, {});
    await holder.waitedFor();
    await endWaiting(url, 'pg_terminate_backend');
    expect(await neighbour).toEqual({ one: 1 });
    await holder.commit();
    expect(await Promise.all(counts)).toEqual([{ total: 4 }, { total: 4 }]);
  });

  it('of which one statement takes too long: the others do not wait as long, each after the other', async () => {
    const { db, url } = await open({ POOL_STATEMENT_TIMEOUT_MS: '1000' });
    const holder = await holdRow(url, LOCKED_TARGETS);
    const counts = [1, 2, 3, 4].map(() => db.sql.row(count, {}));
    const order: string[] = [];
    const neighbour = db.sql.row(look, {}).then((row) => {
      order.push('neighbour');
      return row;
    });
    const failed = Promise.allSettled(counts).then((outcomes) => {
      order.push('the last one failed');
      return outcomes;
    });
    expect(await neighbour).toEqual({ one: 1 });
    for (const outcome of await failed) expect(outcome).toMatchObject({ reason: { code: '57014' } });
    expect(order).toEqual(['neighbour', 'the last one failed']);
    await holder.commit();
    expect(await db.sql.row(count, {})).toEqual({ total: 4 });
  });

  it('of which the first has a value that is none: it is the only one that fails', async () => {
    const { db } = await open();
    const outcomes = await Promise.allSettled(['x', '1', '2', 'y', '3'].map((n) => db.sql.row(number, { n })));
    expect(outcomes).toMatchObject([
      { reason: { code: '22P02' } },
      { value: { n: 1 } },
      { value: { n: 2 } },
      { reason: { code: '22P02' } },
      { value: { n: 3 } },
    ]);
  });
});

describe('a group of writes', () => {
  it('in which the first Parse of a statement fails: those beside it are stored, and it is when it can be', async () => {
    const { db, url } = await open();
    const write = (owner: string, work: (sql: Sql) => Promise<unknown>) => db.write(work, { single: true, owner });
    const holder = await holdRow(url, 'LOCK TABLE macros IN ACCESS EXCLUSIVE MODE');
    const waiting = ['a', 'b'].map((id) => write(id, (sql) => sql.run(insertMacro, { id })));
    expect(await write('c', (sql) => sql.run(insertCategory, { id: 'c' }))).toBe(1);
    await holder.commit();
    expect(await Promise.all(waiting)).toEqual([1, 1]);
  });
});

// What has been prepared is not what it was: a migration, a pooler between us and the server, or an administrator.
describe('a connection that knows another statement by the name, or none', () => {
  const table = (name: string) => `stale_${name}`;
  const select = (name: string) => `SELECT n FROM ${table(name)}`;
  const update = (name: string) => `UPDATE ${table(name)} SET n = n + 1 RETURNING n`;
  type N = { n: number };
  const readShort = textStatement<Record<string, never>, N>('stale short', select('short'), short);
  const readAlone = textStatement<Record<string, never>, N>('stale alone', select('alone'));
  const single = textStatement<Record<string, never>, N>('stale single', update('single'));
  const shared = textStatement<Record<string, never>, N>('stale shared', update('shared'));
  const several = textStatement<Record<string, never>, N>('stale several', update('several'));

  const changes: Record<string, (name: string) => string[]> = {
    'the columns have changed': (name) => [`ALTER TABLE ${table(name)} ALTER COLUMN n TYPE bigint`],
    'all has been forgotten': () => ['DEALLOCATE ALL'],
    'somebody has taken the name': (name) => [`PREPARE "stale ${name}" AS SELECT 2`],
  };

  it.each(Object.entries(changes))('%s: what is asked is done', async (what, change) => {
    // One connection, so that it is that one.
    const { db, url } = await open({ POOL_MAX: '1' });
    const onThatConnection = async (name: string) => {
      for (const text of change(name))
        await db.write((sql) => sql.run(textStatement('change', text, { once: true }), {}));
    };
    const group = () =>
      Promise.all(['a', 'b'].map((owner) => db.write((sql) => sql.row(shared, {}), { single: true, owner })));
    const asked: [string, number, () => Promise<unknown>][] = [
      ['short', 0, () => db.sql.row(readShort, {})],
      ['alone', 0, () => db.sql.row(readAlone, {})],
      ['single', 1, () => db.write((sql) => sql.row(single, {}), { single: true })],
      ['shared', 2, group],
      ['several', 1, () => db.write((sql) => sql.row(several, {}))],
    ];
    for (const [name, writes, ask] of asked) {
      await administer(url, `CREATE TABLE ${table(name)} (n integer NOT NULL)`);
      await administer(url, `INSERT INTO ${table(name)} VALUES (0)`);
      if (what !== 'somebody has taken the name') await ask();
      await onThatConnection(name);
      await ask();
      await ask();
      const times = what === 'somebody has taken the name' ? 2 : 3;
      const [stored] = await administer(url, select(name));
      expect([name, Number(stored?.n)]).toEqual([name, times * writes]);
    }
  });
});
