import { expect, it } from 'vitest';
import { PrismaClient } from '../../../src/db/generated/sqlite/client.js';
import { sqlitePath } from '../../../src/db/sqlite/connection.js';
import { createMigratedDatabase } from '../../support/databases.js';
import { newTestDatabase, plainClient, ticketRow } from '../../support/open-database.js';
import { unguardedSqlite } from '../../support/unguarded-sqlite.js';

interface Outcome {
  /** A write outside of the transaction resolved. */
  acknowledged: boolean;
  /** It is in the database afterwards. */
  kept: boolean;
  /** A reader outside of the transaction saw what was never committed. */
  dirtyRead: boolean;
}

/** One request's transaction rolls back; meanwhile another request writes a row and is told that it is stored. */
async function writeBesideARollback(client: PrismaClient): Promise<Outcome> {
  let neighbour: Promise<boolean> | undefined;
  let dirtyRead = false;
  const rolledBack = client.$transaction(async (tx) => {
    await tx.ticket.create({ data: ticketRow('ticket_rolled_back') });
    neighbour = client.ticket.create({ data: ticketRow('ticket_neighbour') }).then(
      () => true,
      () => false,
    );
    // In answer to three reads, one after another, the write has reached the database if anything lets it.
    for (let read = 0; read < 3; read++) {
      dirtyRead ||= (await client.ticket.findFirst({ where: { id: 'ticket_rolled_back' } })) !== null;
    }
    throw new Error('on purpose');
  });
  await expect(rolledBack).rejects.toThrow('on purpose');
  return {
    acknowledged: (await neighbour) === true,
    kept: (await client.ticket.findFirst({ where: { id: 'ticket_neighbour' } })) !== null,
    dirtyRead,
  };
}

it('is what our adapter does not do: what was acknowledged beside a rollback is kept, and nothing uncommitted seen', async () => {
  await using database = await newTestDatabase();
  expect(await writeBesideARollback(plainClient(database.db))).toEqual({
    acknowledged: true,
    kept: true,
    dirtyRead: false,
  });
});

// Why src/db/sqlite/adapter.ts exists (docs/decisions/0002-sqlite-adapter.md), and that the lines above would see it.
it('is what one connection without a guard does: it acknowledges the write and then rolls it back', async () => {
  await using database = await createMigratedDatabase('sqlite');
  const client = new PrismaClient({ adapter: unguardedSqlite(sqlitePath(database.url)) });
  try {
    expect(await writeBesideARollback(client)).toEqual({ acknowledged: true, kept: false, dirtyRead: true });
  } finally {
    await client.$disconnect();
  }
});
