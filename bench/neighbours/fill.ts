import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { openSqlite } from '../../src/db/sqlite/open.mjs';
import type { Engine } from '../data.js';
import type { Sizes } from './plan.js';
import { type Ticket, ticketsOf } from './tickets.js';

/** Fills a migrated database that no server has open, and tells its planner. The triggers run, as they would for the service. */
export async function fill(url: string, engine: Engine, sizes: Sizes): Promise<void> {
  if (engine === 'sqlite') fillSqlite(url.slice('file:'.length), sizes);
  else await fillPostgresql(url, sizes);
}

const TICKET_COLUMNS = `id, user_id, subject, description, status, priority, category_id, attachments, message_count,
  created_at, updated_at, first_response_at, resolved_at, closed_at`;
const MESSAGE_COLUMNS = 'id, ticket_id, position, sender, content, attachments, created_at';
const NOTE_COLUMNS = 'id, ticket_id, author, content, attachments, created_at';
const EVENT_COLUMNS = 'transaction_id, ticket_id, type, actor, before, after, created_at';

function fillSqlite(path: string, sizes: Sizes): void {
  const db = openSqlite(path);
  db.pragma('synchronous = OFF');
  const ticket = db.prepare(`INSERT INTO tickets (${TICKET_COLUMNS})
    VALUES (?, ?, ?, ?, ?, 'Medium', 'category_001', '[]', ?, ?, ?, ?, ?, ?)`);
  const message = db.prepare(`INSERT INTO messages (${MESSAGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, '[]', ?)`);
  const note = db.prepare(`INSERT INTO notes (${NOTE_COLUMNS}) VALUES (?, ?, ?, ?, '[]', ?)`);
  const resolved = db.prepare(`INSERT INTO events (${EVENT_COLUMNS})
    VALUES (0, ?, 'ticket.resolved', ?, '{}', '{}', ?)`);
  const time = (date: Date | undefined) => date?.toISOString().replace('Z', '+00:00') ?? null;
  db.transaction(() => {
    for (const { id, user, subject, description, createdAt, closedBy, messages, notes } of ticketsOf(sizes)) {
      const [created, closed] = [time(createdAt), time(closedBy?.closedAt)];
      const status = closedBy ? 'Closed' : 'Open';
      const count = messages?.count ?? 0;
      const answered = time(closedBy?.answeredAt);
      ticket.run(id, user, subject, description, status, count, created, closed ?? created, answered, closed, closed);
      for (let n = 1; n <= count; n += 1) {
        message.run(`msg_${uuidv7()}`, id, n, messages?.sender, messages?.content, answered ?? created);
      }
      for (let n = 0; n < (notes?.count ?? 0); n += 1) {
        note.run(`note_${uuidv7()}`, id, notes?.sender, notes?.content, created);
      }
      if (closedBy) resolved.run(id, closedBy.agent, closed);
    }
  })();
  // As after any import (docs/operate.md#search).
  db.exec(`INSERT INTO search_index (search_index) VALUES ('optimize'); ANALYZE`);
  db.close();
}

const CHUNK = 500;

async function fillPostgresql(url: string, sizes: Sizes): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SET synchronous_commit = off');
    let chunk: Ticket[] = [];
    for (const ticket of ticketsOf(sizes)) {
      chunk.push(ticket);
      if (chunk.length < CHUNK) continue;
      await insert(client, chunk);
      chunk = [];
    }
    await insert(client, chunk);
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}

async function insert(client: pg.Client, tickets: Ticket[]): Promise<void> {
  const of = <T>(pick: (ticket: Ticket) => T) => tickets.map(pick);
  await client.query(
    `INSERT INTO tickets (${TICKET_COLUMNS})
    SELECT id, user_id, subject, description, CASE WHEN closed IS NULL THEN 'Open' ELSE 'Closed' END, 'Medium', 'category_001',
      '[]', messages, created, COALESCE(closed, created), answered, closed, closed
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[])
      AS t (id, user_id, subject, description, messages, created, answered, closed)`,
    [
      of(({ id }) => id),
      of(({ user }) => user),
      of(({ subject }) => subject),
      of(({ description }) => description),
      of(({ messages }) => messages?.count ?? 0),
      of(({ createdAt }) => createdAt),
      of(({ closedBy }) => closedBy?.answeredAt),
      of(({ closedBy }) => closedBy?.closedAt),
    ],
  );
  await client.query(
    `INSERT INTO messages (${MESSAGE_COLUMNS})
    SELECT 'msg_' || gen_random_uuid(), tickets.id, n, sender, content, '[]', COALESCE(first_response_at, created_at)
    FROM unnest($1::text[], $2::text[], $3::text[]) AS t (id, sender, content) JOIN tickets ON tickets.id = t.id,
      generate_series(1, message_count) AS n`,
    [of(({ id }) => id), of(({ messages }) => messages?.sender), of(({ messages }) => messages?.content)],
  );
  await client.query(
    `INSERT INTO events (${EVENT_COLUMNS}) SELECT 0, id, 'ticket.resolved', agent, '{}', '{}', at
    FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS t (id, agent, at) WHERE at IS NOT NULL`,
    [of(({ id }) => id), of(({ closedBy }) => closedBy?.agent), of(({ closedBy }) => closedBy?.closedAt)],
  );
  for (const { id, notes, createdAt } of tickets) {
    if (!notes) continue;
    await client.query(
      `INSERT INTO notes (${NOTE_COLUMNS})
      SELECT 'note_' || gen_random_uuid(), $1, $2, $3, '[]', $4 FROM generate_series(1, $5)`,
      [id, notes.sender, notes.content, createdAt, notes.count],
    );
  }
}
