import { runSql } from './run-sql.js';

/** Adds events to a ticket's history, by another connection than the app's: so many, and each as long as `text`. */
export async function addEvents(url: string, ticketId: string, count: number, text = ''): Promise<void> {
  const onSqlite = url.startsWith('file:');
  const after = `${onSqlite ? 'json_object' : 'jsonb_build_object'}('resolution', '${text}')`;
  await runSql(
    url,
    `INSERT INTO events (transaction_id, ticket_id, type, actor, before, after, created_at, version)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
    SELECT ${onSqlite ? '0' : 'event_position()'}, '${ticketId}', 'ticket.updated', 'agent_1', '{}', ${after}, created_at, 1
    FROM tickets CROSS JOIN numbers WHERE id = '${ticketId}'`,
  );
}
