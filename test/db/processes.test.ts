import { expect, it } from 'vitest';
import { newTestDatabase, ticketRow } from '../support/open-database.js';
import { runTypeScript } from '../support/run-typescript.js';

it('lets several processes change one row at the same time, and loses none of their changes', async () => {
  await using database = await newTestDatabase();
  const { db, url } = database;
  await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_a') }));
  await Promise.all([1, 2, 3].map(() => runTypeScript('test/support/increment-process.ts', [url, '100'])));
  expect(await db.reader.ticket.findFirst({ select: { messageCount: true } })).toEqual({ messageCount: 300 });
}, 180_000);
