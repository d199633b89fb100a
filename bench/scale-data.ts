import { rm } from 'node:fs/promises';
import pg from 'pg';
import { migrate } from '../src/db/migrations/migrate.js';
import { openSqlite } from '../src/db/sqlite/open.mjs';
import type { Engine } from './data.js';

/** Most tickets of one user. */
const HEAVIEST = 50_000;
const STATUSES = ['Closed', 'Closed', 'Closed', 'Open', 'In Progress', 'Resolved'] as const;
const PRIORITIES = ['High', 'Medium', 'Medium', 'Low', 'Critical'] as const;

/**
 * What a database of a size holds: half of the tickets belong to a few heavy users, alike in number; the others to many
 * light ones, the more the lower their number. They alternate over two years, so that nobody's tickets lie together.
 */
export interface Shape {
  tickets: number;
  heavyUsers: number;
  lightUsers: number;
}

export function shapeOf(tickets: number): Shape {
  return { tickets, heavyUsers: Math.ceil(tickets / 2 / HEAVIEST), lightUsers: Math.ceil(tickets / 20) };
}

export interface Filled {
  /** Tickets that light users and heavy ones have, with conversations and without, all over the table. */
  samples: { ticketId: string; user: string; heavy: boolean; closed: boolean }[];
}

type Progress = (done: number) => void;

/** A migrated database with that many tickets, counted and analysed. */
export async function fill(url: string, engine: Engine, shape: Shape, progress: Progress): Promise<Filled> {
  if (engine === 'sqlite') await rm(url.slice('file:'.length), { force: true });
  await migrate({ url, pool: { connectTimeoutMs: 5000 }, sqlite: { synchronous: 'FULL', busyTimeoutMs: 5000 } });
  if (engine === 'sqlite') return fillSqlite(url.slice('file:'.length), shape, progress);
  return fillPostgresql(url, shape, progress);
}

const TEXTS = `'Unable to make payment', 'I''m experiencing issues making a payment on my loan'`;
const MESSAGE = `'I''ve tried multiple times but still getting an error'`;
/** Every fourth ticket has two messages. */
const MESSAGES = 'CASE n % 4 WHEN 0 THEN 2 ELSE 0 END';
const TWO_YEARS_S = 63_072_000;
const START = 1_700_000_000;

/** Of the n-th ticket, in what both engines understand; of a status its place in the list by a number without pattern. */
const pick = (values: readonly string[], by: string) =>
  `CASE (${by}) % ${values.length} ${values.map((value, n) => `WHEN ${n} THEN '${value}'`).join(' ')} END`;

function columns({ tickets, heavyUsers, lightUsers }: Shape, hex: (digits: number) => string, random: string) {
  return {
    id: `'ticket_' || ${hex(8)} || '-0000-7000-8000-' || ${hex(12)}`,
    user: `CASE n % 2 WHEN 0 THEN 'heavy_' || (n / 2 % ${heavyUsers})
      ELSE 'light_' || CAST(floor(${lightUsers} * ${random} * ${random} * ${random}) AS integer) END`,
    // The heavy user's n runs in steps of twice their number: divided by them, so that all kinds occur.
    status: pick(STATUSES, `n / ${2 * heavyUsers}`),
    priority: pick(PRIORITIES, `n / ${2 * heavyUsers} / 6`),
    second: `${START} + n * ${TWO_YEARS_S / tickets}`,
  };
}

function fillSqlite(path: string, shape: Shape, progress: Progress): Filled {
  const db = openSqlite(path);
  // All of it in memory, written once at the end: light users' tickets lie all over the indexes.
  for (const pragma of ['journal_mode = OFF', 'cache_size = -2000000', 'synchronous = OFF', 'foreign_keys = OFF']) {
    db.pragma(pragma);
  }
  db.exec('BEGIN');
  const hex = (digits: number) => `printf('%0${digits}x', n)`;
  const { id, user, status, priority, second } = columns(shape, hex, '(abs(random() % 1000003) / 1000003.0)');
  const time = `strftime('%Y-%m-%dT%H:%M:%f+00:00', ${second}, 'unixepoch')`;
  const chunk = 20_000;
  const numbers = 'WITH RECURSIVE numbers (n) AS (SELECT ? UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)';
  const tickets = db.prepare(`INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id,
      attachments, message_count, created_at, updated_at, closed_at)
    ${numbers} SELECT ${id}, ${user}, ${TEXTS}, ${status}, ${priority}, 'category_001', '[]', ${MESSAGES}, ${time}, ${time},
      CASE ${status} WHEN 'Closed' THEN ${time} END FROM numbers`);
  const messages = db.prepare(`INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
    ${numbers} SELECT 'msg_' || ${hex(12)} || position, id, position, user_id, ${MESSAGE}, '[]', created_at
    FROM numbers CROSS JOIN (SELECT 1 AS position UNION ALL SELECT 2) JOIN tickets ON id = ${id} WHERE position <= message_count`);
  for (let n = 0; n < shape.tickets; n += chunk) {
    const last = Math.min(n + chunk, shape.tickets) - 1;
    tickets.run(n, last);
    messages.run(n, last);
    progress(last + 1);
  }
  // As after any import (docs/operate.md#search): the writes that come next would tidy up the index of the search.
  db.exec(`COMMIT; INSERT INTO search_index (search_index) VALUES ('optimize'); ANALYZE`);
  const samples = db.prepare(samplesSql(shape)).all() as SampleRow[];
  db.close();
  return { samples: samples.map(toSample) };
}

async function fillPostgresql(url: string, shape: Shape, progress: Progress): Promise<Filled> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // As restores do: rows first, without triggers, then indexes and counts.
    await client.query(
      `SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'`,
    );
    const { rows: indexes } = await client.query(
      `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tickets' AND indexname <> 'tickets_pkey'`,
    );
    for (const { indexname } of indexes) await client.query(`DROP INDEX ${indexname}`);
    const hex = (digits: number) => `lpad(to_hex(n), ${digits}, '0')`;
    const { id, user, status, priority, second } = columns(shape, hex, 'random()');
    const chunk = 100_000;
    for (let n = 0; n < shape.tickets; n += chunk) {
      const last = Math.min(n + chunk, shape.tickets) - 1;
      await client.query(`INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id,
          attachments, message_count, created_at, updated_at, closed_at)
        SELECT ${id}, ${user}, ${TEXTS}, ${status}, ${priority}, 'category_001', '[]', ${MESSAGES}, at, at,
          CASE ${status} WHEN 'Closed' THEN at END
        FROM (SELECT n, to_timestamp(${second}) AS at FROM generate_series(${n}, ${last}) AS n) AS numbers`);
      await client.query(`INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
        SELECT 'msg_' || ${hex(12)} || position, tickets.id, position, user_id, ${MESSAGE}, '[]', created_at
        FROM generate_series(${n}, ${last}) AS n JOIN tickets ON tickets.id = ${id}, generate_series(1, message_count) AS position`);
      progress(last + 1);
    }
    for (const { indexdef } of indexes) await client.query(indexdef);
    await client.query('SELECT recount_tickets()');
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query<SampleRow>(samplesSql(shape));
    return { samples: rows.map(toSample) };
  } finally {
    await client.end();
  }
}

type SampleRow = { id: string; user_id: string; status: string };

/** Some hundred tickets in even steps through the table, whoever's they are. */
function samplesSql({ tickets }: Shape): string {
  const step = Math.max(1, Math.floor(tickets / 1000));
  const ids = Array.from({ length: Math.min(1000, tickets) }, (_, n) => {
    const digits = (n * step + (n % 2)).toString(16);
    return `'ticket_${digits.padStart(8, '0')}-0000-7000-8000-${digits.padStart(12, '0')}'`;
  });
  return `SELECT id, user_id, status FROM tickets WHERE id IN (${ids.join(', ')})`;
}

function toSample({ id, user_id, status }: SampleRow): Filled['samples'][number] {
  return { ticketId: id, user: user_id, heavy: user_id.startsWith('heavy_'), closed: status === 'Closed' };
}
