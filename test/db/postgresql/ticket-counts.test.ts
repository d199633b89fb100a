import pg from 'pg';
import { expect, it } from 'vitest';
import { insertTickets } from '../../support/many-tickets.js';
import { newTestDatabase } from '../../support/open-database.js';
import { runSql } from '../../support/run-sql.js';
import { expectExactCounts, segmentSizes } from '../../support/ticket-counts.js';
import { waitFor } from '../../support/wait-for.js';

// One ticket is being counted as older than all segments; a segment must not start before it meanwhile.
it('no segment starts before a ticket that is not committed yet', async () => {
  await using database = await newTestDatabase();
  const { db, url } = database;
  const time = (second: number) => new Date(Date.UTC(2027, 0, 1, 0, 0, second));
  await insertTickets(db, { userId: 'u', count: 999 });

  const slow = new pg.Client({ connectionString: url });
  slow.on('error', () => {});
  await slow.connect();
  await slow.query('BEGIN');
  await slow.query(
    `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
     VALUES ('ticket_slow', 'u', 's', 'd', 'Resolved', 'Critical', 'category_001', '[]', $1, $1)`,
    [time(30)],
  );
  // The thousandth, and the one that would start a segment: each has come as far as it can before the next one comes.
  let left = 0;
  const others: Promise<void>[] = [];
  for (const second of [10, 20]) {
    left += 1;
    others.push(
      insertTickets(db, { userId: 'u', count: 1, createdAt: () => time(second) }).finally(() => {
        left -= 1;
      }),
    );
    await waitFor(async () => {
      const waiting = await runSql(
        url,
        `SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return waiting.length === left;
    });
  }
  await slow.query('COMMIT');
  await slow.end();
  await Promise.all(others);
  await expectExactCounts(url);
  await insertTickets(db, { userId: 'u', count: 1, createdAt: () => time(40) });
  await expectExactCounts(url);
  expect(await segmentSizes(url, 'u')).toEqual([1]);
});
