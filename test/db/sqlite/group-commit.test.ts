import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Client } from '../../../src/db/models/client.js';
import type { Transaction } from '../../../src/db/models/models.js';
import { ModelTransactions } from '../../../src/db/models/transactions.js';
import type { Sql } from '../../../src/db/sql/sql.js';
import { sqlitePath } from '../../../src/db/sqlite/connection.js';
import { SqliteConnections } from '../../../src/db/sqlite/connections.js';
import { SqliteWriter } from '../../../src/db/sqlite/group-commit.js';
import { sqliteModelReader } from '../../../src/db/sqlite/model-reader.js';
import { openSqlite } from '../../../src/db/sqlite/open.mjs';
import { createMigratedDatabase } from '../../support/databases.js';
import { textStatement } from '../../support/text-statement.js';

const insert = textStatement<{ id: string; text: string }>(
  'fault insert',
  `INSERT INTO categories (id, name, description, position) VALUES (:id, :id, :text, 1)`,
);
const deferKeys = textStatement('fault defer', 'PRAGMA defer_foreign_keys = ON');
const insertOrphan = textStatement(
  'fault orphan',
  `INSERT INTO notes (id, ticket_id, author, content, attachments, created_at)
   VALUES ('note_1', 'ticket_none', 'agent', 'c', '[]', '2026-01-01T00:00:00.000+00:00')`,
);
const broken = textStatement('fault broken', 'SELECT 1 / no_such_column FROM categories');
const releaseJob = textStatement('fault release', 'RELEASE job');

const put =
  (id: string, text = 'd') =>
  (sql: Sql) =>
    sql.run(insert, { id, text });

/** The real connections and writer on a file of their own, and somebody else's look at what is stored. */
async function open({ timeoutMs = 60_000, busyTimeoutMs = 50 } = {}) {
  const { url, [Symbol.asyncDispose]: remove } = await createMigratedDatabase('sqlite');
  const path = sqlitePath(url);
  const connections = await SqliteConnections.open(path, { synchronous: 'NORMAL', busyTimeoutMs }, () => {});
  const writer = new SqliteWriter(connections, timeoutMs);
  const client = new Client({
    reader: async () => sqliteModelReader(connections),
    load: async () => (await import('../../../src/db/generated/sqlite/client.js')).PrismaClient,
  });
  await client.load();
  const models = new ModelTransactions(client, 'sqlite', timeoutMs);
  const other = openSqlite(path, { timeout: 0 });
  onTestFinished(async () => {
    other.close();
    await client.close();
    await connections.close();
    await remove();
  });
  /** The connection that writes, as it is now. */
  const handle = async () => {
    const { writer: taken, release } = await connections.takeWriter();
    release();
    return taken.database;
  };
  return {
    path,
    other,
    handle,
    writer,
    /** At once, so that they are one group. */
    write: (...works: ((sql: Sql) => Promise<unknown>)[]) =>
      Promise.allSettled(works.map((work) => writer.write(work, {}))),
    /** The same of work on models. */
    writeModels: (...works: ((tx: Transaction) => Promise<unknown>)[]) =>
      Promise.allSettled(
        works.map((work) => models.run((inTransaction) => writer.transaction(inTransaction, {}), work)),
      ),
    stored: () =>
      other.prepare(`SELECT id FROM categories WHERE id LIKE 'fault_%' ORDER BY id`).pluck().all() as string[],
    /** That the next one finds a connection outside of any transaction, and is stored. */
    async expectWorking() {
      expect(await writer.write(put('fault_zz_next'), {})).toBe(1);
      expect(other.prepare(`DELETE FROM categories WHERE id = 'fault_zz_next'`).run().changes).toBe(1);
    },
  };
}

const statuses = (outcomes: PromiseSettledResult<unknown>[]) => outcomes.map(({ status }) => status === 'fulfilled');

it('tells everybody where ROLLBACK fails after a COMMIT that failed', async () => {
  const { handle, write, stored, expectWorking } = await open();
  // Wrapped, as nothing real makes a ROLLBACK fail; the COMMIT fails by itself.
  const database = await handle();
  const prepare = database.prepare.bind(database);
  database.prepare = ((sql: string) => {
    if (sql === 'ROLLBACK') throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
    return prepare(sql);
  }) as typeof database.prepare;
  const outcomes = await write(put('fault_a'), async (sql) => {
    await sql.run(deferKeys, {});
    await sql.run(insertOrphan, {});
  });
  expect(statuses(outcomes)).toEqual([true, false]);
  expect(outcomes[1]).toMatchObject({ reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
  expect(database.open).toBe(false);
  expect(stored()).toEqual(['fault_a']);
  await expectWorking();
});

describe('a long one', () => {
  it('shares its commit with nobody, and lets the others go first', async () => {
    const { writer, stored } = await open();
    const before: string[][] = [];
    const seeing = (id: string) => (sql: Sql) => {
      before.push(stored());
      return put(id)(sql);
    };
    await Promise.all([
      writer.write(seeing('fault_a'), {}),
      writer.write(seeing('fault_c'), { long: true }),
      writer.write(seeing('fault_b'), {}),
    ]);
    expect(before).toEqual([[], [], ['fault_a', 'fault_b']]);
  });

  it('takes turns with the others where several wait, so that nobody waits for two', async () => {
    const { writer } = await open();
    const order: string[] = [];
    const all: Promise<unknown>[] = [];
    const write = (name: string, options = {}, meanwhile = () => {}) => {
      const work = async () => {
        order.push(name);
        meanwhile();
      };
      all.push(writer.write(work, options));
    };
    const long = { long: true };
    write('long_1', long, () => {
      write('long_2', long, () => write('c'));
      write('long_3', long);
      write('a');
      write('b');
    });
    await vi.waitFor(() => expect(order).toHaveLength(6));
    await Promise.all(all);
    expect(order).toEqual(['long_1', 'a', 'b', 'long_2', 'c', 'long_3']);
  });
});

it('keeps a COMMIT that fails by what one has written from its neighbours', async () => {
  const { write, stored, expectWorking } = await open();
  const outcomes = await write(
    put('fault_a'),
    async (sql) => {
      await sql.run(deferKeys, {});
      await sql.run(insertOrphan, {});
    },
    put('fault_b'),
  );
  expect(statuses(outcomes)).toEqual([true, false, true]);
  expect(outcomes[1]).toMatchObject({ reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
  expect(stored()).toEqual(['fault_a', 'fault_b']);
  await expectWorking();
});

it('keeps a statement that rolls the whole transaction back from its neighbours', async () => {
  const { other, write, stored, expectWorking } = await open();
  other.exec(`CREATE TRIGGER no_more BEFORE INSERT ON categories WHEN NEW.id = 'fault_b'
    BEGIN SELECT RAISE(ROLLBACK, 'not this one'); END`);
  const outcomes = await write(put('fault_a'), put('fault_b'), put('fault_c'));
  expect(statuses(outcomes)).toEqual([true, false, true]);
  expect(outcomes[1]).toMatchObject({ reason: { message: 'not this one' } });
  expect(stored()).toEqual(['fault_a', 'fault_c']);
  await expectWorking();
});

it('keeps a text for which the disk has no room from those that are smaller', async () => {
  const { handle, write, stored, expectWorking } = await open();
  const database = await handle();
  const pages = Number(database.pragma('page_count', { simple: true }));
  database.pragma(`max_page_count = ${pages + 20}`);
  const outcomes = await write(put('fault_a'), put('fault_b', 'x'.repeat(1_000_000)), put('fault_c'));
  expect(statuses(outcomes)).toEqual([true, false, true]);
  expect(outcomes[1]).toMatchObject({ reason: { code: 'SQLITE_FULL' } });
  expect(stored()).toEqual(['fault_a', 'fault_c']);
  await expectWorking();
});

it('runs each again where the connection is closed in between, and opens another', async () => {
  const { handle, write, stored, expectWorking } = await open();
  const database = await handle();
  const outcomes = await write(
    put('fault_a'),
    async (sql) => {
      database.close();
      return put('fault_b')(sql);
    },
    put('fault_c'),
  );
  expect(statuses(outcomes)).toEqual([true, true, true]);
  expect(stored()).toEqual(['fault_a', 'fault_b', 'fault_c']);
  await expectWorking();
});

it('tells one that is alone where the connection is closed in between', async () => {
  const { handle, write, stored, expectWorking } = await open();
  const database = await handle();
  const outcomes = await write(async () => void database.close());
  expect(outcomes).toMatchObject([{ reason: { message: 'The database connection is not open' } }]);
  expect(stored()).toEqual([]);
  await expectWorking();
});

it('keeps one whose savepoint is gone from its neighbours: neither RELEASE nor ROLLBACK TO finds it', async () => {
  const { write, stored, expectWorking } = await open();
  const outcomes = await write(
    put('fault_a'),
    (sql) => sql.run(releaseJob, {}),
    async (sql) => {
      await put('fault_b')(sql);
      await sql.run(releaseJob, {});
      await sql.run(broken, {});
    },
    put('fault_c'),
  );
  expect(statuses(outcomes)).toEqual([true, false, false, true]);
  expect(stored()).toEqual(['fault_a', 'fault_c']);
  await expectWorking();
});

it('tells everybody where BEGIN fails as somebody else writes', async () => {
  const { other, write, stored, expectWorking } = await open();
  other.exec('BEGIN IMMEDIATE');
  const outcomes = await write(put('fault_a'), put('fault_b'));
  other.exec('COMMIT');
  expect(outcomes).toMatchObject([{ reason: { code: 'SQLITE_BUSY' } }, { reason: { code: 'SQLITE_BUSY' } }]);
  expect(stored()).toEqual([]);
  await expectWorking();
});

it('keeps one that uses up the time of its group from those after it', async () => {
  const { write, stored, expectWorking } = await open({ timeoutMs: 50 });
  const outcomes = await write(put('fault_a'), () => new Promise(() => {}), put('fault_b'), put('fault_c'));
  expect(statuses(outcomes)).toEqual([true, false, true, true]);
  expect(outcomes[1]).toMatchObject({ reason: { appCode: 'SERVICE_UNAVAILABLE' } });
  expect(stored()).toEqual(['fault_a', 'fault_b', 'fault_c']);
  await expectWorking();
});

it('tells those of this group alone where the connection can not be closed, and works again when it can', async () => {
  const { handle, write, stored, expectWorking } = await open();
  // Wrapped, as nothing real makes a ROLLBACK fail and close() with it.
  const database = await handle();
  const prepare = database.prepare.bind(database);
  const close = database.close.bind(database);
  let failures = 0;
  const fail = () => {
    failures += 1;
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
  };
  database.prepare = ((sql: string) => (sql === 'ROLLBACK' ? fail() : prepare(sql))) as typeof database.prepare;
  database.close = () => (failures < 3 ? fail() : close());
  const first = write(put('fault_a'), (sql) => sql.run(releaseJob, {}));
  expect(statuses(await first)).toEqual([false, false]);
  expect(failures).toBe(3);
  expect(stored()).toEqual([]);
  await expectWorking();
  expect(database.open).toBe(false);
});

describe('work on models', () => {
  const create = (id: string) => (tx: Transaction) =>
    tx.category.create({ data: { id, name: id, description: 'd', position: 1 } });

  it('shares a commit with what comes at the same time, and one that fails takes nothing of its neighbours', async () => {
    const { handle, write, writeModels, stored, expectWorking } = await open();
    const database = await handle();
    let commits = 0;
    const prepare = database.prepare.bind(database);
    database.prepare = ((sql: string) => {
      const statement = prepare(sql);
      return sql === 'COMMIT' ? { run: () => [statement.run(), ++commits] } : statement;
    }) as typeof database.prepare;
    const [ofModels, ofStatements] = await Promise.all([
      writeModels(
        create('fault_a'),
        // Taken: by itself, and caught.
        create('fault_a'),
        (tx) => create('fault_a')(tx).catch(() => 'caught'),
        async (tx) => {
          await create('fault_b')(tx);
          throw new Error('on purpose');
        },
        create('fault_c'),
      ),
      write(put('fault_d')),
    ]);
    expect(statuses(ofModels)).toEqual([true, false, false, false, true]);
    expect(statuses(ofStatements)).toEqual([true]);
    expect(stored()).toEqual(['fault_a', 'fault_c', 'fault_d']);
    expect(commits).toBe(1);
    await expectWorking();
  });

  it('that takes the whole transaction with it, or too long, is kept from its neighbours', async () => {
    const { other, writeModels, stored, expectWorking } = await open({ timeoutMs: 1_000 });
    other.exec(`CREATE TRIGGER no_more BEFORE INSERT ON categories WHEN NEW.id = 'fault_b'
      BEGIN SELECT RAISE(ROLLBACK, 'not this one'); END`);
    const stuck = async (tx: Transaction) => {
      await create('fault_c')(tx);
      await new Promise(() => {});
    };
    const outcomes = await writeModels(create('fault_a'), create('fault_b'), stuck, create('fault_d'));
    expect(statuses(outcomes)).toEqual([true, false, false, true]);
    expect(stored()).toEqual(['fault_a', 'fault_d']);
    await expectWorking();
  });
});

describe('the event loop', () => {
  /** How many iterations pass between a group that takes so long and the one that waits for it. */
  async function iterationsAfter(ms: number, idleMs = 0): Promise<number> {
    const { write } = await open();
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    let iterations = 0;
    let counting = true;
    const count = () => {
      iterations += 1;
      if (counting) setImmediate(count);
    };
    await write(async (sql) => {
      vi.advanceTimersByTime(ms);
      await put('fault_1')(sql);
    });
    vi.advanceTimersByTime(idleMs);
    setImmediate(count);
    await write(async (sql) => {
      counting = false;
      await put('fault_2')(sql);
    });
    return iterations;
  }

  it('is others’ between two commits, the longer the more', async () => {
    const few = await iterationsAfter(1);
    expect((await iterationsAfter(4)) - few).toBe(6);
    // Not for ever.
    expect((await iterationsAfter(1_000)) - few).toBe(18);
  });

  it('is nobody’s to wait for once others had as much time as the last commit took', async () => {
    expect((await iterationsAfter(1)) - (await iterationsAfter(1_000, 1_001))).toBe(2);
  });

  it('is others’ between the statements of a transaction that takes long, and they see none of it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { other, write } = await open();
    const seen: unknown[] = [];
    const look = () => seen.push(other.prepare('SELECT count(*) AS n FROM categories WHERE id LIKE ?').get('fault_%'));
    await write(async (sql) => {
      setImmediate(look);
      for (const id of ['fault_1', 'fault_2', 'fault_3']) {
        await put(id)(sql);
        vi.advanceTimersByTime(1);
      }
      expect(seen).toEqual([]);
      await put('fault_4')(sql);
      expect(seen).toEqual([{ n: 0 }]);
    });
    look();
    expect(seen).toEqual([{ n: 0 }, { n: 4 }]);
  });
});
