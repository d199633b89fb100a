import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { Database } from '../../../src/db/database.js';
import { chain } from '../../../src/db/sql/chain.js';
import type { Sql } from '../../../src/db/sql/sql.js';
import { startApp, type TestApp } from '../../support/app.js';
import { textStatement } from '../../support/text-statement.js';

const insert = textStatement<{ id: string; position: number }>(
  'test insert',
  `INSERT INTO categories (id, name, description, position) VALUES (:id, :id, 'd', :position)`,
);
const find = textStatement<{ id: string }, { id: string; position: number; archivedAt: string | null }>(
  'test find',
  'SELECT id, position, archived_at AS "archivedAt" FROM categories WHERE id = :id',
);
const broken = textStatement('test broken', 'SELECT 1 / no_such_column FROM categories');
const archive = textStatement<{ id: string; now: Date }, { archivedAt: string }>(
  'test archive',
  'UPDATE categories SET archived_at = :now WHERE id = :id RETURNING archived_at AS "archivedAt"',
);
const copy = chain('test copy', { id: 'categories.id', copy: 'categories.id' })
  .link('moved', ({ db, p }) =>
    db
      .updateTable('categories')
      .set((eb) => ({ position: eb('position', '+', 1) }))
      .where('id', '=', p.id)
      .returning('position'),
  )
  .write('added', ({ p, row: { moved }, insert }) =>
    insert('categories', { id: p.copy, name: p.copy, description: 'd', position: moved.position }, 'moved'),
  )
  .whole();

let server: TestApp;
let db: Database;
beforeAll(async () => {
  server = await startApp();
  db = server.db;
});
afterAll(() => server[Symbol.asyncDispose]());

let last = 0;
const newId = () => `category_test_${++last}`;
const stored = (id: string) => db.sql.row(find, { id });
const put = (id: string) => (sql: Sql) => sql.run(insert, { id, position: 1 });

describe('write()', () => {
  it('is visible to readers when it resolves, and counts what it changed', async () => {
    const id = newId();
    expect(await db.write(put(id))).toBe(1);
    expect(await stored(id)).toEqual({ id, position: 1, archivedAt: null });
  });

  it('leaves nothing where the work fails after its statement, and passes the error on as it is', async () => {
    const id = newId();
    const failure = new Error('the work failed');
    const work = async (sql: Sql) => {
      await put(id)(sql);
      throw failure;
    };
    await expect(db.write(work)).rejects.toBe(failure);
    expect(await stored(id)).toBeUndefined();
  });

  it('keeps the work of neighbours that run beside one that fails', async () => {
    const ids = Array.from({ length: 40 }, newId);
    const outcomes = await Promise.allSettled(
      ids.map((id, index) =>
        db.write(async (sql) => {
          await put(id)(sql);
          if (index % 3 === 0) throw new Error('no');
        }),
      ),
    );
    for (const [index, id] of ids.entries()) {
      expect(outcomes[index]?.status).toBe(index % 3 === 0 ? 'rejected' : 'fulfilled');
      expect((await stored(id)) !== undefined).toBe(index % 3 !== 0);
    }
  });

  it('commits nothing after a failed statement, though the work went on as if nothing were', async () => {
    const id = newId();
    const work = async (sql: Sql) => {
      await put(id)(sql);
      await sql.run(broken, {}).catch(() => {});
    };
    await expect(db.write(work)).rejects.toThrow();
    expect(await stored(id)).toBeUndefined();
    const next = newId();
    await db.write(put(next));
    expect(await stored(next)).toBeDefined();
  });

  it('commits nothing after the deadline', async () => {
    const id = newId();
    const deadline = { expired: false, leftMs: 60_000, commits: 0 };
    const work = async (sql: Sql) => {
      await put(id)(sql);
      deadline.expired = true;
    };
    await expect(db.write(work, { deadline })).rejects.toMatchObject({ appCode: 'SERVICE_UNAVAILABLE' });
    expect(await stored(id)).toBeUndefined();
    await expect(db.write(put(id), { deadline, single: true })).rejects.toMatchObject({
      appCode: 'SERVICE_UNAVAILABLE',
    });
    expect(await stored(id)).toBeUndefined();
  });

  it('can take back what one statement wrote, where that could outlive the deadline', async () => {
    const id = newId();
    const deadline = { expired: false, leftMs: 100, commits: 0 };
    const work = async (sql: Sql) => {
      await put(id)(sql);
      deadline.expired = true;
    };
    await expect(db.write(work, { deadline, single: true })).rejects.toMatchObject({ appCode: 'SERVICE_UNAVAILABLE' });
    expect(await stored(id)).toBeUndefined();
  });

  it('takes turns with the transactions of Prisma, and neither loses to the other', async () => {
    const [ours, theirs] = [newId(), newId()];
    const transaction = db.transaction(async (tx) => {
      await tx.category.create({ data: { id: theirs, name: theirs, description: 'd', position: 1 } });
      throw new Error('rolled back');
    });
    const [written, rolledBack] = await Promise.allSettled([db.write(put(ours)), transaction]);
    expect([written.status, rolledBack.status]).toEqual(['fulfilled', 'rejected']);
    expect(await stored(ours)).toBeDefined();
    expect(await stored(theirs)).toBeUndefined();
  });

  it('gives times as RFC 3339 in UTC, the same from a RETURNING and from a SELECT', async () => {
    const id = newId();
    await db.write(put(id));
    const now = new Date('2026-01-22T16:30:00.050Z');
    const returned = await db.write((sql) => sql.row(archive, { id, now }));
    expect(returned).toEqual({ archivedAt: '2026-01-22T16:30:00.050Z' });
    expect(await stored(id)).toMatchObject(returned as object);
    const prisma = await db.reader.category.findUniqueOrThrow({ where: { id } });
    expect(prisma.archivedAt).toEqual(now);
  });
});

describe('a chain', () => {
  it('writes both, the second from the row of the first', async () => {
    const [id, other] = [newId(), newId()];
    await db.write(put(id));
    expect(await db.write((sql) => sql.chain(copy, { id, copy: other }), { single: true })).toEqual({ position: 2 });
    expect(await stored(other)).toMatchObject({ position: 2 });
  });

  it('writes nothing where the first has no row', async () => {
    const other = newId();
    expect(await db.write((sql) => sql.chain(copy, { id: newId(), copy: other }))).toBeUndefined();
    expect(await stored(other)).toBeUndefined();
  });

  it('writes neither where the second fails', async () => {
    const id = newId();
    await db.write(put(id));
    await expect(db.write((sql) => sql.chain(copy, { id, copy: id }), { single: true })).rejects.toThrow();
    expect(await stored(id)).toMatchObject({ position: 1 });
  });
});

describe.runIf(inject('engine') === 'sqlite')('group commit', () => {
  it('gives up work that waits for something else when its time is up, and goes on with the next', async () => {
    await using impatient = await startApp({ env: { TRANSACTION_TIMEOUT_MS: '50' } });
    const id = newId();
    let use: Sql | undefined;
    const stuck = impatient.db.write((sql) => {
      use = sql;
      return new Promise(() => {});
    });
    await expect(stuck).rejects.toMatchObject({ appCode: 'SERVICE_UNAVAILABLE' });
    await expect(use?.run(insert, { id, position: 1 })).rejects.toThrow('The transaction is over');
    await vi.waitFor(() => impatient.db.write(put(id)), { timeout: 30_000 });
    expect(await impatient.db.sql.row(find, { id })).toBeDefined();
  });

  it('refuses to write through the reader', async () => {
    await expect(db.sql.run(insert, { id: newId(), position: 1 })).rejects.toThrow(/readonly/i);
  });
});
