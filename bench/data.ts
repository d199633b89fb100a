import { rm } from 'node:fs/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { migrate } from '../src/db/migrations/migrate.js';
import { openSqlite } from '../src/db/sqlite/open.mjs';

export type Engine = 'sqlite' | 'postgresql';

/**
 * What each server's database holds at first. Each kind of operation has users of its own, so that what one leaves
 * behind does not change another's work: readers' tickets stay as they are.
 */
export const SHAPE = {
  readers: 200,
  ticketsEach: 25,
  messagesEach: 3,
  talkTickets: 5000,
  closeTickets: 40_000,
} as const;

export interface Ids {
  /** Of `reader_<n>`, SHAPE.ticketsEach each, one user's after the other's. */
  readers: string[];
  /** Of `talker_<index % 200>`. */
  talk: string[];
  /** Of `closer_<index % 200>`. */
  close: string[];
}

interface Row {
  id: string;
  user: string;
  messages: number;
}

/** The same rows for every database of a run. */
export function makeRows(): { ids: Ids; rows: Row[] } {
  const ids: Ids = { readers: [], talk: [], close: [] };
  const rows: Row[] = [];
  const add = (list: string[], user: string, messages: number) => {
    const id = `ticket_${uuidv7()}`;
    list.push(id);
    rows.push({ id, user, messages });
  };
  for (let user = 0; user < SHAPE.readers; user += 1) {
    for (let n = 0; n < SHAPE.ticketsEach; n += 1) add(ids.readers, `reader_${user}`, SHAPE.messagesEach);
  }
  for (let n = 0; n < SHAPE.talkTickets; n += 1) add(ids.talk, `talker_${n % SHAPE.readers}`, 0);
  for (let n = 0; n < SHAPE.closeTickets; n += 1) add(ids.close, `closer_${n % SHAPE.readers}`, 0);
  return { ids, rows };
}

const START = Date.UTC(2026, 0, 1);
const SUBJECT = 'Unable to make payment';
const DESCRIPTION = "I'm experiencing issues making a payment on my loan";
const MESSAGE = "I've tried multiple times but still getting an error";

/** A migrated database with `rows` in it. */
export async function fillDatabase(url: string, engine: Engine, rows: Row[]): Promise<void> {
  if (engine === 'sqlite') await rm(url.slice('file:'.length), { force: true });
  await migrate({ url, pool: { connectTimeoutMs: 5000 }, sqlite: { synchronous: 'FULL', busyTimeoutMs: 5000 } });
  if (engine === 'sqlite') fillSqlite(url.slice('file:'.length), rows);
  else await fillPostgresql(url, rows);
}

function fillSqlite(path: string, rows: Row[]): void {
  const db = openSqlite(path);
  const ticket = db.prepare(`INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id,
    attachments, message_count, created_at, updated_at) VALUES (?, ?, ?, ?, 'Open', 'High', 'category_001', '[]', ?, ?, ?)`);
  const message = db.prepare(`INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
    VALUES (?, ?, ?, ?, ?, '[]', ?)`);
  db.transaction(() => {
    rows.forEach(({ id, user, messages }, index) => {
      const time = new Date(START + index * 1000).toISOString().replace('Z', '+00:00');
      ticket.run(id, user, SUBJECT, DESCRIPTION, messages, time, time);
      for (let n = 1; n <= messages; n += 1) message.run(`msg_${uuidv7()}`, id, n, user, MESSAGE, time);
    });
  })();
  db.exec('ANALYZE');
  db.close();
}

async function fillPostgresql(url: string, rows: Row[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, message_count,
      created_at, updated_at)
    SELECT id, user_id, $4, $5, 'Open', 'High', 'category_001', '[]', messages, at, at
    FROM unnest($1::text[], $2::text[], $3::int[]) WITH ORDINALITY AS t (id, user_id, messages, n),
      LATERAL (SELECT timestamptz '2026-01-01Z' + n * interval '1 second' AS at) AS times`,
    [
      rows.map(({ id }) => id),
      rows.map(({ user }) => user),
      rows.map(({ messages }) => messages),
      SUBJECT,
      DESCRIPTION,
    ],
  );
  await client.query(
    `INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
    SELECT 'msg_' || gen_random_uuid(), tickets.id, n, user_id, $1, '[]', created_at
    FROM tickets, generate_series(1, message_count) AS n`,
    [MESSAGE],
  );
  await client.query('VACUUM ANALYZE');
  await client.end();
}

/** Opens again what an earlier round has closed. */
export async function reopen(url: string, engine: Engine): Promise<void> {
  const sql = `UPDATE tickets SET status = 'Open', closed_at = NULL, resolution = NULL WHERE closed_at IS NOT NULL`;
  if (engine === 'sqlite') {
    const db = openSqlite(url.slice('file:'.length), { timeout: 30_000 });
    db.exec(sql);
    db.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
