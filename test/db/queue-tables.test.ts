import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { readMigrations } from '../../src/db/migrations/plan.js';
import { startApp } from '../support/app.js';
import { createTestDatabase } from '../support/databases.js';
import { DESKS } from '../support/desk-surfaces.js';
import { fillQueue } from '../support/fill-queue.js';
import { migrateUrl, migrationFolder } from '../support/migration-folder.js';
import { runSql } from '../support/run-sql.js';
import { dataOf } from '../support/tickets.js';
import { agentToken } from '../support/tokens.js';

const engine = inject('engine');
const DESK_QUEUE = '20261124121000_desk_queue';

it('the migration counts and indexes what was there before it', async () => {
  const database = await createTestDatabase(engine);
  onTestFinished(() => database[Symbol.asyncDispose]());
  const { migrationsDir, copyReal } = migrationFolder(engine);
  copyReal();
  for (const { name } of await readMigrations(engine)) {
    if (name >= DESK_QUEUE) rmSync(join(migrationsDir, engine, name), { recursive: true });
  }
  await migrateUrl(database.url, { migrationsDir });
  await fillQueue(database.url, 200);
  await runSql(
    database.url,
    `INSERT INTO notes (id, ticket_id, author, content, attachments, created_at)
     SELECT 'note_1', id, 'agent_1', 'remarkable', '[]', created_at FROM tickets WHERE id = 'ticket_7'`,
  );
  await migrateUrl(database.url);

  await using server = await startApp({ env: { DATABASE_URL: database.url } });
  const [[, open]] = DESKS as [(typeof DESKS)[number]];
  const desk = open(server.url, agentToken());
  expect(dataOf(await desk.counts()).Closed).toEqual({ total: 196 });
  const found = async (q: string) =>
    dataOf(await desk.search({ q, limit: 100 })).hits.map((hit: { in: string; sourceId: string }) => [
      hit.in,
      hit.sourceId,
    ]);
  expect(await found('"number 77"')).toEqual([['ticket', 'ticket_77']]);
  expect(await found('"message of"')).toHaveLength(100);
  expect(await found('remarkable')).toEqual([['note', 'note_1']]);
});

it('every connection counts for itself, and all of them together are exact', async () => {
  await using server = await startApp();
  await fillQueue(server.databaseUrl, 400);
  const update = (status: string, from: number) =>
    runSql(server.databaseUrl, `UPDATE tickets SET status = '${status}' WHERE id = 'ticket_${from}'`);
  // Each on a connection of its own; SQLite takes them one after another.
  const closing = Array.from({ length: 8 }, (_, index) => update('Closed', 50 * (index + 1)));
  const opening = Array.from({ length: 8 }, (_, index) => update('Open', 50 * (index + 1) - 1));
  await Promise.all([...closing, ...opening]);
  const [{ counted, there } = {}] = await runSql(
    server.databaseUrl,
    `SELECT (SELECT CAST(sum(count) AS INTEGER) FROM closed_tickets) AS counted,
      (SELECT CAST(count(*) AS INTEGER) FROM tickets WHERE status = 'Closed') AS there`,
  );
  expect(counted).toBe(there);
  expect(there).toBe(392);
});
