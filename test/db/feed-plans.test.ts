import { expect, inject, it } from 'vitest';
import { readAfter, readNewest } from '../../src/live/read-feed.js';
import { tellPlanner } from '../support/fill-queue.js';
import { insertTickets } from '../support/many-tickets.js';
import { newTestDatabase } from '../support/open-database.js';
import { explain, recordStatements } from '../support/statements.js';

// To SQLite's planner, who knows of a hundred tickets and of no event, to read all tickets would be the shortest way.
it('reads the live feed by its index, and of tickets only those of its events, whatever the statistics say', async () => {
  await using database = await newTestDatabase();
  const { sql } = database.db;
  await insertTickets(database.db, { userId: 'user_1', count: 100 });
  await tellPlanner(database.url);
  using recording = recordStatements(inject('engine'));
  await readAfter(sql, [1, 1]);
  await readNewest(sql, 1_000);
  const reads = recording.statements.filter(({ sql: text }) => /\bfrom "events"/.test(text));
  expect(reads).toHaveLength(2);
  for (const read of reads) {
    const plan = await explain(database.url, read, { preferIndexes: true });
    expect(plan).toContain('events_transaction_id_id_idx');
    expect(plan).toMatch(/tickets_pkey|sqlite_autoindex_tickets_1/);
    expect(plan).not.toMatch(/Seq Scan|SCAN tickets|TEMP B-TREE/);
  }
});
