import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Db, Transaction } from '../../src/db/models/models.js';
import { query } from '../../src/db/sql/query.js';
import { AppError } from '../../src/errors/app-error.js';
import { runIdempotently } from '../../src/idempotency/run-idempotently.js';
import { newTestDatabase } from '../support/open-database.js';

const engine = inject('engine');

async function open(env: Record<string, string> = {}) {
  const database = await newTestDatabase(env);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

const NOW = new Date('2026-01-22T16:30:00.000Z');
const macroRow = (id: string) => ({ id, name: id, text: 't', createdAt: NOW, updatedAt: NOW });
const create = (tx: Pick<Db, 'macro'>, id: string) => tx.macro.create({ data: macroRow(id) });

const selectName = query('test select name', { id: 'macros.id' }, ({ db, p }) =>
  db.selectFrom('macros').select('name').where('id', '=', p.id),
);
const rename = query('test rename', { id: 'macros.id', name: 'macros.name' }, ({ db, p }) =>
  db.updateTable('macros').set({ name: p.name }).where('id', '=', p.id),
);
const insertTag = query('test tag nothing', {}, ({ db }) =>
  db.insertInto('ticket_tags').values({ tag: 'a', ticket_id: 'ticket_none' }),
);

const stored = async ({ db }: Awaited<ReturnType<typeof open>>) =>
  (await db.reader.macro.findMany({ orderBy: { id: 'asc' } })).map(({ name }) => name);

describe('models and statements', () => {
  it('are in one transaction: each sees what the other wrote, and both are committed', async () => {
    const opened = await open();
    await opened.db.transaction(async (tx) => {
      await create(tx, 'macro_a');
      expect(await tx.row(selectName, { id: 'macro_a' })).toEqual({ name: 'macro_a' });
      expect(await tx.run(rename, { id: 'macro_a', name: 'renamed' })).toBe(1);
      expect(await tx.macro.findUnique({ where: { id: 'macro_a' } })).toMatchObject({ name: 'renamed' });
      expect(await stored(opened)).toEqual([]);
    });
    expect(await stored(opened)).toEqual(['renamed']);
  });

  it('are rolled back together, whichever of them failed', async () => {
    const opened = await open();
    const { db } = opened;
    await db.transaction((tx) => create(tx, 'macro_there'));
    const failing = [
      (tx: Transaction) => create(tx, 'macro_there'),
      (tx: Transaction) => tx.run(insertTag, {}),
      async () => Promise.reject(new AppError('NOT_FOUND')),
    ];
    for (const fail of failing) {
      for (const caught of [false, true]) {
        const attempt = db.transaction(async (tx) => {
          await create(tx, 'macro_a');
          await tx.run(rename, { id: 'macro_there', name: 'renamed' });
          const failed = fail(tx);
          // Caught or not: a statement that failed has failed the transaction.
          await (caught && fail !== failing[2] ? failed.catch(() => {}) : failed);
        });
        await expect(attempt).rejects.toThrow();
      }
    }
    expect(await stored(opened)).toEqual(['macro_there']);
  });

  it('let nothing through after one of either has failed', async () => {
    const { db } = await open();
    await db.transaction((tx) => create(tx, 'macro_there'));
    const after: unknown[] = [];
    const note = (error: unknown) => void after.push(error);
    await expect(
      db.transaction(async (tx) => {
        await create(tx, 'macro_there').catch(() => {});
        await tx.row(selectName, { id: 'macro_there' }).catch(note);
      }),
    ).rejects.toThrow();
    await expect(
      db.transaction(async (tx) => {
        await tx.run(insertTag, {}).catch(() => {});
        await tx.macro.count().catch(note);
      }),
    ).rejects.toThrow();
    expect(after).toEqual([expect.any(Error), expect.any(Error)]);
  });

  it('are stored with the record of their idempotency key, or neither is', async () => {
    const opened = await open();
    const { db } = opened;
    const attempt = { userId: 'admin', key: 'key-1', fingerprint: 'f', now: NOW };
    const once = (work: (tx: Transaction) => Promise<string>) =>
      db.transaction((tx) => runIdempotently(tx, attempt, () => work(tx)));

    const failure = new AppError('NAME_TAKEN');
    const fails = async (tx: Transaction) => {
      await create(tx, 'macro_a');
      throw failure;
    };
    await expect(once(fails)).rejects.toBe(failure);
    expect([await stored(opened), await db.reader.idempotencyRecord.count()]).toEqual([[], 0]);

    const work = async (tx: Transaction) => (await create(tx, 'macro_a')).id;
    expect(await once(work)).toEqual({ output: 'macro_a', replayed: false });
    expect(await once(work)).toEqual({ output: 'macro_a', replayed: true });
    expect([await stored(opened), await db.reader.idempotencyRecord.count()]).toEqual([['macro_a'], 1]);
  });
});

describe('transactions beside one another', () => {
  it('keep what they wrote where a neighbour fails, by a statement of either kind or by itself', async () => {
    const opened = await open();
    const { db } = opened;
    const ids = Array.from({ length: 40 }, (_, index) => `macro_${String(index).padStart(2, '0')}`);
    const fails = (index: number) => index % 4 !== 0;
    const outcomes = await Promise.allSettled(
      ids.map((id, index) =>
        db.transaction(async (tx) => {
          await create(tx, id);
          if (index % 4 === 1) await create(tx, id);
          if (index % 4 === 2) await tx.run(insertTag, {});
          if (index % 4 === 3) throw new AppError('NAME_TAKEN');
        }),
      ),
    );
    expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(ids.map((_, index) => fails(index)));
    expect(await stored(opened)).toEqual(ids.filter((_, index) => !fails(index)));
  });

  // Prisma puts findUnique() calls of one turn together, whoever makes them.
  it('read what is theirs, though they ask for it in the same turn', async () => {
    const { db } = await open();
    const ids = ['macro_a', 'macro_b', 'macro_c'];
    // On SQLite they come one after another.
    const together = engine === 'postgresql' ? ids.length : 0;
    let ready = 0;
    let done = 0;
    const seen = await Promise.all(
      ids.map((id) =>
        db.transaction(async (tx) => {
          await create(tx, id);
          ready += 1;
          while (ready < together) await nextTurn();
          const found = await Promise.all(ids.map((other) => tx.macro.findUnique({ where: { id: other } })));
          done += 1;
          // Nobody commits before all have read.
          while (done < together) await nextTurn();
          return found.flatMap((macro) => macro?.id ?? []);
        }),
      ),
    );
    const before = (index: number) => (engine === 'postgresql' ? [] : ids.slice(0, index));
    expect(seen).toEqual(ids.map((id, index) => [...before(index), id]));
  });

  it('go one after another where they are of one user', async () => {
    const { db } = await open();
    await db.reader.macro.count();
    let underWay = 0;
    const work = async (tx: Transaction) => {
      underWay += 1;
      await tx.macro.count();
      const most = underWay;
      underWay -= 1;
      return most;
    };
    const each = Array.from({ length: 5 }, () => db.transaction(work, { user: 'admin' }));
    expect(await Promise.all(each)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('a call of a model', () => {
  it('is a part of the transaction though nobody waits for it', async () => {
    const opened = await open();
    await opened.db.transaction(async (tx) => {
      void create(tx, 'macro_a');
    });
    expect(await stored(opened)).toEqual(['macro_a']);
  });

  it('is refused after the end of its transaction, and says so', async () => {
    const opened = await open();
    let kept: Transaction | undefined;
    await opened.db.transaction(async (tx) => {
      kept = tx;
      await create(tx, 'macro_a');
    });
    const message = 'macro.create() came after the end of its transaction';
    await expect(kept && create(kept, 'macro_b')).rejects.toThrow(message);
    await expect(kept?.row(selectName, { id: 'macro_a' })).rejects.toThrow('The transaction is over');
    expect(await stored(opened)).toEqual(['macro_a']);
  });

  it('is refused after its transaction took too long, and nothing of it is stored', async () => {
    const opened = await open({ TRANSACTION_TIMEOUT_MS: '1000' });
    const { db } = opened;
    await db.reader.macro.count();
    let late: Promise<unknown> | undefined;
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const attempt = db.transaction(async (tx) => {
      await create(tx, 'macro_a');
      await held;
      late = create(tx, 'macro_b');
      await late;
    });
    await expect(attempt).rejects.toMatchObject({ appCode: 'SERVICE_UNAVAILABLE' });
    goOn();
    await nextTurn();
    await expect(late).rejects.toThrow(/end of its transaction|transaction is over/);
    expect(await stored(opened)).toEqual([]);
  });

  it('commits nothing once the deadline has expired, and counts no commit', async () => {
    const opened = await open();
    const deadline = { expired: false, leftMs: 60_000, commits: 0 };
    const attempt = opened.db.transaction(
      async (tx) => {
        await create(tx, 'macro_a');
        deadline.expired = true;
      },
      { deadline },
    );
    await expect(attempt).rejects.toMatchObject({ appCode: 'SERVICE_UNAVAILABLE' });
    expect(deadline.commits).toBe(0);
    expect(await stored(opened)).toEqual([]);
  });

  it('runs the work again where it is the first one of the process: Prisma is loaded outside of the transaction', async () => {
    const opened = await open();
    let begun = 0;
    const work = async (tx: Transaction) => {
      begun += 1;
      await tx.run(rename, { id: 'macro_none', name: 'x' });
      // As a verb does that looks for an error of its own.
      await create(tx, `macro_${begun}`).catch(() => {});
    };
    await opened.db.transaction(work);
    await opened.db.transaction(work);
    expect(begun).toBe(3);
    expect(await stored(opened)).toEqual(['macro_2', 'macro_3']);
  });

  it('outside of a transaction can only read', async () => {
    const { db } = await open();
    const { macro } = db.reader as unknown as { macro: Record<string, unknown> };
    expect([typeof macro.findMany, macro.create, macro.deleteMany]).toEqual(['function', undefined, undefined]);
  });
});
