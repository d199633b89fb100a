import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Transaction } from '../../../src/db/models/models.js';
import { newTestDatabase, ticketRow } from '../../support/open-database.js';
import { administer } from '../../support/postgresql-server.js';

async function open(env: Record<string, string> = {}) {
  const database = await newTestDatabase(env);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

const unavailable = expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' });

/** What an administrator or a restart does to every connection of this database but its own. */
const terminateConnections = (url: string) =>
  administer(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );

describe('a pool without a free connection', () => {
  it('answers SERVICE_UNAVAILABLE instead of waiting for good, and serves again when one is free', async () => {
    const { db } = await open({ POOL_MAX: '1', POOL_CONNECT_TIMEOUT_MS: '100', TRANSACTION_TIMEOUT_MS: '60000' });
    // To connect may take a busy machine longer than that; the connection stays.
    await vi.waitFor(() => db.ping(), { timeout: 30_000 });
    await db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow() });
      // While this transaction has the only connection: what waits ends before it does.
      await expect(db.transaction((other) => other.ticket.count())).rejects.toEqual(unavailable);
      await expect(db.ping()).rejects.toThrow(/timeout exceeded when trying to connect/);
    });
    expect(await db.transaction((tx) => tx.ticket.count())).toBe(1);
    await db.ping();
  });

  it('serves more requests than it has connections, one after another', async () => {
    const { db } = await open({ POOL_MAX: '2', POOL_CONNECT_TIMEOUT_MS: '60000', TRANSACTION_TIMEOUT_MS: '60000' });
    const create = () => db.transaction((tx) => tx.ticket.create({ data: ticketRow(), select: { id: true } }));
    await Promise.all(Array.from({ length: 40 }, create));
    expect(await db.reader.ticket.count()).toBe(40);
  });
});

describe('a connection that the server ends', () => {
  it('fails the transaction that it carried, which leaves nothing, and the next one has another', async () => {
    const { db, url } = await open({ POOL_MAX: '1' });
    const attempt = db.transaction(async (tx) => {
      await tx.ticket.create({ data: ticketRow() });
      await terminateConnections(url);
      await tx.ticket.count();
    });
    await expect(attempt).rejects.toEqual(unavailable);
    expect(await db.reader.ticket.count()).toBe(0);
    await db.transaction((tx) => tx.ticket.create({ data: ticketRow() }));
    expect(await db.reader.ticket.count()).toBe(1);
  });

  it('is reported and replaced when nobody used it', async () => {
    const { db, url, backgroundErrors } = await open();
    await Promise.all([1, 2, 3].map(() => db.reader.ticket.count()));
    await terminateConnections(url);
    await vi.waitFor(() => expect(backgroundErrors.length).toBeGreaterThan(0), { timeout: 30_000 });
    await vi.waitFor(async () => expect(await db.reader.ticket.count()).toBe(0), { timeout: 30_000 });
    await db.transaction((tx) => tx.ticket.create({ data: ticketRow() }));
    expect(await db.reader.ticket.count()).toBe(1);
  });
});

describe('limits of the server', () => {
  it('end a statement after POOL_STATEMENT_TIMEOUT_MS', async () => {
    const { db } = await open({ POOL_STATEMENT_TIMEOUT_MS: '100' });
    const slow = db.transaction((tx) => tx.$queryRaw`SELECT pg_sleep(60)::text`);
    await expect(slow).rejects.toEqual(unavailable);
    const count = () => db.transaction((tx) => tx.ticket.count());
    await vi.waitFor(async () => expect(await count()).toBe(0), { timeout: 30_000 });
  });

  it('end a transaction that stands still for POOL_IDLE_IN_TRANSACTION_TIMEOUT_MS, and with it its locks', async () => {
    const { db } = await open({
      POOL_MAX: '2',
      POOL_IDLE_IN_TRANSACTION_TIMEOUT_MS: '1000',
      TRANSACTION_TIMEOUT_MS: '60000',
    });
    await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_a') }));
    const lock = (tx: Transaction) => tx.$queryRaw`SELECT 1 FROM tickets WHERE id = 'ticket_a' FOR UPDATE`;
    let free = false;
    const still = db.transaction(async (tx) => {
      await lock(tx);
      // Comes through only when the server has ended this transaction, which waits for it.
      await db.transaction(lock);
      free = true;
      await tx.ticket.count();
    });
    await expect(still).rejects.toEqual(unavailable);
    expect(free).toBe(true);
  });
});

describe('a conflict that the server reports', () => {
  it('of a deadlock runs the one that lost again, and both are committed', async () => {
    const { db } = await open({ TRANSACTION_TIMEOUT_MS: '60000' });
    for (const id of ['ticket_a', 'ticket_b']) {
      await db.transaction((tx) => tx.ticket.create({ data: ticketRow(id) }));
    }
    let attempts = 0;
    let holders = 0;
    let bothHold = () => {};
    const holding = new Promise<void>((resolve) => {
      bothHold = resolve;
    });
    const inOrder = (first: string, second: string) =>
      db.transaction(async (tx) => {
        attempts += 1;
        await tx.ticket.update({ where: { id: first }, data: { messageCount: { increment: 1 } } });
        holders += 1;
        if (holders === 2) bothHold();
        await holding;
        await tx.ticket.update({ where: { id: second }, data: { messageCount: { increment: 1 } } });
      });
    await Promise.all([inOrder('ticket_a', 'ticket_b'), inOrder('ticket_b', 'ticket_a')]);
    expect(attempts).toBe(3);
    const counts = await db.reader.ticket.findMany({ select: { messageCount: true } });
    expect(counts).toEqual([{ messageCount: 2 }, { messageCount: 2 }]);
  });

  it.each(['40001', '40P01'])('as %s runs the work again', async (state) => {
    const { db } = await open();
    let attempts = 0;
    await db.transaction(async (tx) => {
      attempts += 1;
      await tx.ticket.create({ data: ticketRow(`ticket_${state}_${attempts}`) });
      const raise = `DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '${state}'; END $$`;
      // Caught or not: it is the commit that rejects then.
      if (attempts === 1) await tx.$executeRawUnsafe(raise);
      if (attempts === 2) await tx.$executeRawUnsafe(raise).catch(() => {});
    });
    expect(attempts).toBe(3);
    expect(await db.reader.ticket.findMany({ select: { id: true } })).toEqual([{ id: `ticket_${state}_3` }]);
  });
});
