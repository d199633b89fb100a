import pg from 'pg';
import { sqlitePath } from '../../src/db/sqlite/connection.js';
import { openSqlite } from '../../src/db/sqlite/open.mjs';
import { newId } from '../../src/schema/ids.js';

interface Text {
  id: string;
  content: string;
}

/**
 * Puts messages behind those that a ticket has, past the operations: for more of them, or longer ones, than one would send.
 * Gives them with their ids. The search doesn't know of them.
 */
export async function fillMessages(
  databaseUrl: string,
  ticketId: string,
  contents: readonly string[],
): Promise<Text[]> {
  const texts = contents.map((content) => ({ id: newId('msg'), content }));
  await insert(databaseUrl, ticketId, texts, [
    `INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
    SELECT texts.id, tickets.id, message_count + n, user_id, content, FILES, TIME FROM tickets, TEXTS WHERE tickets.id = TICKET`,
    `UPDATE tickets SET message_count = (SELECT max(position) FROM messages WHERE ticket_id = tickets.id)
    WHERE id = TICKET AND EXISTS (SELECT 1 FROM messages WHERE ticket_id = tickets.id)`,
  ]);
  return texts;
}

/** The same with notes. */
export async function fillNotes(databaseUrl: string, ticketId: string, contents: readonly string[]): Promise<Text[]> {
  const texts = contents.map((content) => ({ id: newId('note'), content }));
  await insert(databaseUrl, ticketId, texts, [
    `INSERT INTO notes (id, ticket_id, author, content, attachments, created_at)
    SELECT texts.id, TICKET, 'agent_1', content, FILES, TIME FROM TEXTS`,
  ]);
  return texts;
}

/** So many texts, each its number. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index + 1));
}

/** `n` is a text's number, from 1: what is written has a file of that number, and is that many milliseconds old. */
async function insert(databaseUrl: string, ticketId: string, texts: Text[], statements: string[]): Promise<void> {
  if (databaseUrl.startsWith('file:')) return insertSqlite(databaseUrl, ticketId, texts, statements);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Without the triggers of the search, which take long texts apart.
    await client.query('SET session_replication_role = replica');
    for (const statement of statements) {
      const sql = statement
        .replaceAll('TEXTS', `json_to_recordset($2::json) AS texts (id text, content text, n int)`)
        .replaceAll('TICKET', '$1')
        .replaceAll('FILES', `jsonb_build_array('file_' || n)`)
        .replaceAll('TIME', `timestamptz '2026-01-01Z' + n * interval '1 millisecond'`);
      await client.query(sql, sql.includes('$2') ? [ticketId, numberedJson(texts)] : [ticketId]);
    }
  } finally {
    await client.end();
  }
}

function insertSqlite(databaseUrl: string, ticketId: string, texts: Text[], statements: string[]): void {
  const database = openSqlite(sqlitePath(databaseUrl), { timeout: 20_000 });
  try {
    for (const statement of statements) {
      const sql = statement
        .replaceAll(
          'TEXTS',
          `(SELECT value ->> 'id' AS id, value ->> 'content' AS content, value ->> 'n' AS n FROM json_each(:texts)) AS texts`,
        )
        .replaceAll('TICKET', ':ticketId')
        .replaceAll('FILES', `json_array('file_' || n)`)
        .replaceAll('TIME', `strftime('%Y-%m-%dT%H:%M:%f+00:00', 1767225600 + n / 1000.0, 'unixepoch')`);
      database.prepare(sql).run({ ticketId, texts: numberedJson(texts) });
    }
  } finally {
    database.close();
  }
}

function numberedJson(texts: Text[]): string {
  return JSON.stringify(texts.map((text, index) => ({ ...text, n: index + 1 })));
}
