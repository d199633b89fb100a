import { expect, it } from 'vitest';
import { insertTickets } from '../../support/many-tickets.js';
import { newTestDatabase } from '../../support/open-database.js';
import { runSql } from '../../support/run-sql.js';
import { expectExactCounts, segmentSizes } from '../../support/ticket-counts.js';

it('recount_tickets() counts anew what went past the triggers', async () => {
  await using database = await newTestDatabase();
  const { db, url } = database;
  await insertTickets(db, { userId: 'u', count: 1500 });
  await runSql(
    url,
    `SET session_replication_role = replica;
     UPDATE tickets SET status = 'Open';
     INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
     SELECT 'ticket_' || n, 'u', 's', 'd', 'Open', 'Low', 'category_001', '[]', now(), now() FROM generate_series(1, 1500) n`,
  );
  await expect(expectExactCounts(url)).rejects.toThrow();
  await runSql(url, 'SELECT recount_tickets()');
  await expectExactCounts(url);
  expect(await segmentSizes(url, 'u')).not.toEqual([]);
});
