import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Transaction } from '../../src/db/models/models.js';
import { AppError } from '../../src/errors/app-error.js';
import { newTestDatabase, openTestDatabase, ticketRow } from '../support/open-database.js';
import { administer } from '../support/postgresql-server.js';

const engine = inject('engine');

async function open(env: Record<string, string> = {}) {
  const database = await newTestDatabase(env);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

/** A promise to be settled from outside. */
function gate() {
  let pass = () => {};
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { pass, passed };
}

const breaks = (tx: Transaction) => tx.ticket.create({ data: { ...ticketRow(), categoryId: 'category_999' } });

const unavailable = expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' });

describe('a transaction', () => {
  it('is all there when it resolves', async () => {
    const { db } = await open();
    const answer = await db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow('ticket_a') });
      await tx.ticket.create({ data: ticketRow('ticket_b') });
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await db.reader.ticket.count()).toBe(2);
  });

  it('leaves nothing when its work throws, and passes on what was thrown', async () => {
    const { db } = await open();
    const failure = new AppError('NOT_FOUND');
    const attempt = db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow() });
      throw failure;
    });
    await expect(attempt).rejects.toBe(failure);
    expect(await db.reader.ticket.count()).toBe(0);
  });

  it('shows nothing to readers before it is committed, and sees its own writes', async () => {
    const { db } = await open();
    await db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow() });
      expect(await tx.ticket.count()).toBe(1);
      expect(await db.reader.ticket.count()).toBe(0);
    });
    expect(await db.reader.ticket.count()).toBe(1);
  });

  it('takes nobody with it when it rolls back: a write beside it that was acknowledged stays', async () => {
    const { db } = await open();
    const order: string[] = [];
    let neighbour: Promise<void> | undefined;
    const attempt = db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow('ticket_rolled_back') });
      neighbour = db
        .transaction((other) => other.ticket.create({ data: ticketRow('ticket_neighbour') }))
        .then(() => void order.push('neighbour acknowledged'));
      // In answer to three reads, one after another, the write has reached the database if anything lets it.
      for (let read = 0; read < 3; read++) await db.reader.ticket.count();
      order.push('rolling back');
      throw new Error('on purpose');
    });
    await expect(attempt).rejects.toThrow('on purpose');
    await neighbour;
    expect(await db.reader.ticket.findMany({ select: { id: true } })).toEqual([{ id: 'ticket_neighbour' }]);
    // On SQLite it waits for its turn; on PostgreSQL it has a connection of its own and need not.
    if (engine === 'sqlite') expect(order).toEqual(['rolling back', 'neighbour acknowledged']);
  });

  it('loses no update when many change one row', async () => {
    const { db } = await open();
    await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_a') }));
    const increment = () =>
      db.transaction(async (tx) => {
        if (tx.engine === 'postgresql') await tx.$queryRaw`SELECT 1 FROM tickets WHERE id = 'ticket_a' FOR UPDATE`;
        const { messageCount } = await tx.ticket.findFirstOrThrow({ where: { id: 'ticket_a' } });
        await tx.ticket.update({ where: { id: 'ticket_a' }, data: { messageCount: messageCount + 1 } });
      });
    await Promise.all(Array.from({ length: 50 }, increment));
    expect(await db.reader.ticket.findFirst({ select: { messageCount: true } })).toEqual({ messageCount: 50 });
  });

  it('commits nothing once its deadline has expired', async () => {
    const { db } = await open();
    const deadline = { expired: false, leftMs: 60_000, commits: 0 };
    const attempt = db.transaction(
      async (tx) => {
        await tx.ticket.create({ data: ticketRow() });
        deadline.expired = true;
      },
      { deadline },
    );
    await expect(attempt).rejects.toEqual(unavailable);
    expect(await db.reader.ticket.count()).toBe(0);
  });
});

// On SQLite there is one writer, and no conflict.
describe.runIf(engine === 'postgresql')('a conflict', () => {
  const conflict = () => Object.assign(new Error('a deadlock, for instance'), { code: 'P2034' });

  it('runs the work again from its beginning, and keeps nothing of the attempts that failed', async () => {
    const { db } = await open();
    let attempts = 0;
    await db.transaction(async (tx) => {
      attempts += 1;
      await tx.ticket.create({ data: ticketRow(`ticket_${attempts}`) });
      if (attempts < 3) throw conflict();
    });
    expect(await db.reader.ticket.findMany({ select: { id: true } })).toEqual([{ id: 'ticket_3' }]);
  });

  it('gives up after five attempts, as SERVICE_UNAVAILABLE', async () => {
    const { db } = await open();
    let attempts = 0;
    const attempt = db.transaction(async () => {
      attempts += 1;
      throw conflict();
    });
    await expect(attempt).rejects.toEqual(unavailable);
    expect(attempts).toBe(5);
  });

  it('is not tried again once the deadline has expired', async () => {
    const { db } = await open();
    const deadline = { expired: false, leftMs: 60_000, commits: 0 };
    let attempts = 0;
    const attempt = db.transaction(
      async () => {
        attempts += 1;
        deadline.expired = true;
        throw conflict();
      },
      { deadline },
    );
    await expect(attempt).rejects.toEqual(unavailable);
    expect(attempts).toBe(1);
  });
});

describe('a statement that fails', () => {
  it('fails the transaction, even where the work catches it', async () => {
    const { db } = await open();
    const attempt = db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow() });
      await breaks(tx).catch(() => {});
    });
    await expect(attempt).rejects.toThrow(/foreign.?key/i);
    expect(await db.reader.ticket.count()).toBe(0);
  });

  it('lets no later one through', async () => {
    const { db } = await open();
    const attempt = db.transaction(async (tx) => {
      await breaks(tx).catch(() => {});
      await tx.ticket.count();
    });
    await expect(attempt).rejects.toThrow(/foreign.?key/i);
  });

  it('fails the transaction, even where the work does not wait for it', async () => {
    const { db } = await open();
    let failed: Promise<unknown> | undefined;
    const attempt = db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow() });
      failed = breaks(tx).catch((error) => error);
      // Until it is on its way: what comes only after the commit is refused, and takes nothing with it.
      for (let turn = 0; turn < 3; turn++) await nextTurn();
    });
    const committed = await attempt.then(
      () => true,
      () => false,
    );
    expect(await failed).toBeInstanceOf(Error);
    expect(await db.reader.ticket.count()).toBe(committed ? 1 : 0);
  });

  it('fails the transaction when it is the commit itself', async () => {
    const { db, url } = await open();
    if (engine === 'postgresql') {
      await administer(url, 'ALTER TABLE tickets ALTER CONSTRAINT tickets_category_id_fkey DEFERRABLE');
    }
    const attempt = db.transaction(async (tx) => {
      if (tx.engine === 'postgresql') await tx.$executeRaw`SET CONSTRAINTS ALL DEFERRED`;
      else await tx.$queryRaw`PRAGMA defer_foreign_keys = ON`;
      await breaks(tx);
    });
    await expect(attempt).rejects.toThrow(/foreign.?key/i);
    await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_after') }));
    expect(await db.reader.ticket.findMany({ select: { id: true } })).toEqual([{ id: 'ticket_after' }]);
  });
});

describe('a transaction that takes too long', () => {
  it('is rolled back and gives its connection to the next one, before its work has ended', async () => {
    const { db } = await open({ TRANSACTION_TIMEOUT_MS: '200', POOL_MAX: '1', POOL_CONNECT_TIMEOUT_MS: '60000' });
    const stuck = gate();
    const attempt = db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow('ticket_late') });
      await stuck.passed;
      await tx.ticket.create({ data: ticketRow('ticket_later') });
    });
    attempt.catch(() => {});

    await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_next') }));
    stuck.pass();
    await expect(attempt).rejects.toEqual(unavailable);
    expect(await db.reader.ticket.findMany({ select: { id: true } })).toEqual([{ id: 'ticket_next' }]);
  });

  it('leaves nothing and blocks nobody, one after another', async () => {
    const { db } = await open({ TRANSACTION_TIMEOUT_MS: '100', POOL_MAX: '1', POOL_CONNECT_TIMEOUT_MS: '60000' });
    for (let round = 0; round < 3; round++) {
      const attempt = db.transaction(async (tx) => {
        await tx.ticket.create({ data: ticketRow() });
        // Until it is refused. On SQLite statements alone never give a turn to the timer.
        for (;;) await tx.ticket.count().then(() => nextTurn());
      });
      await expect(attempt).rejects.toEqual(unavailable);
    }
    await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_after') }));
    expect(await db.reader.ticket.findMany({ select: { id: true } })).toEqual([{ id: 'ticket_after' }]);
  });
});

it('does not outlive close(), which rolls it back without waiting for its work', async () => {
  const { db, url } = await open();
  const inside = gate();
  const stuck = gate();
  const attempt = db.transaction(async (tx) => {
    await tx.ticket.create({ data: ticketRow() });
    inside.pass();
    await stuck.passed;
    await tx.ticket.count();
  });
  attempt.catch(() => {});
  await inside.passed;
  await db.close();
  stuck.pass();
  await expect(attempt).rejects.toEqual(unavailable);

  await using again = await openTestDatabase(url);
  expect(await again.db.reader.ticket.count()).toBe(0);
});
