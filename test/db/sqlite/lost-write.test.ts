import { expect, it } from 'vitest';
import { PrismaClient } from '../../../src/db/generated/sqlite/client.js';
import type { ModelReader, Models } from '../../../src/db/models/models.js';
import { sqlitePath } from '../../../src/db/sqlite/connection.js';
import { createMigratedDatabase } from '../../support/databases.js';
import { newTestDatabase, ticketRow } from '../../support/open-database.js';
import { unguardedSqlite } from '../../support/unguarded-sqlite.js';

interface Outcome {
  /** A write outside of the transaction resolved. */
  acknowledged: boolean;
  /** It is in the database afterwards. */
  kept: boolean;
  /** A reader outside of the transaction saw what was never committed. */
  dirtyRead: boolean;
}

/** How one request runs a transaction, and another one writes and reads. */
interface Access {
  transaction(work: (tx: Pick<Models, 'ticket'>) => Promise<void>): Promise<void>;
  create(id: string): Promise<unknown>;
  isThere(id: string): Promise<boolean>;
}

/** One request's transaction rolls back; meanwhile another request writes a row and is told that it is stored. */
async function writeBesideARollback({ transaction, create, isThere }: Access): Promise<Outcome> {
  let neighbour: Promise<boolean> | undefined;
  let dirtyRead = false;
  const rolledBack = transaction(async (tx) => {
    await tx.ticket.create({ data: ticketRow('ticket_rolled_back') });
    neighbour = create('ticket_neighbour').then(
      () => true,
      () => false,
    );
    // In answer to three reads, one after another, the write has reached the database if anything lets it.
    for (let read = 0; read < 3; read++) dirtyRead ||= await isThere('ticket_rolled_back');
    throw new Error('on purpose');
  });
  await expect(rolledBack).rejects.toThrow('on purpose');
  return {
    acknowledged: (await neighbour) === true,
    kept: await isThere('ticket_neighbour'),
    dirtyRead,
  };
}

const isThere = async ({ ticket }: Pick<PrismaClient | ModelReader, 'ticket'>, id: string) =>
  (await ticket.findMany({ where: { id } })).length > 0;

it('is what our adapter does not do: what was acknowledged beside a rollback is kept, and nothing uncommitted seen', async () => {
  await using database = await newTestDatabase();
  const { db } = database;
  const access: Access = {
    transaction: (work) => db.transaction(work),
    create: (id) => db.transaction((tx) => tx.ticket.create({ data: ticketRow(id) })),
    isThere: (id) => isThere(db.reader, id),
  };
  expect(await writeBesideARollback(access)).toEqual({
    acknowledged: true,
    kept: true,
    dirtyRead: false,
  });
});

// Why Prisma's client joins our transactions (docs/decisions/0002-sqlite-adapter.md), and that the lines above would see it.
it('is what one connection without a guard does: it acknowledges the write and then rolls it back', async () => {
  await using database = await createMigratedDatabase('sqlite');
  const client = new PrismaClient({ adapter: unguardedSqlite(sqlitePath(database.url)) });
  try {
    const access: Access = {
      transaction: (work) => client.$transaction(work),
      create: (id) => client.ticket.create({ data: ticketRow(id) }),
      isThere: (id) => isThere(client, id),
    };
    expect(await writeBesideARollback(access)).toEqual({ acknowledged: true, kept: false, dirtyRead: true });
  } finally {
    await client.$disconnect();
  }
});
