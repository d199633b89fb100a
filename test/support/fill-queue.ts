import { engineOf } from '../../src/db/database.js';
import { runSql } from './run-sql.js';

/**
 * Fills a database with as many tickets, each with a message, as make reading them all a bad plan, and tells the planner
 * of them: one in 50 is not closed, half say `payment`, one in 4999 says `needle`; `user_0` to `user_999`, `agent_0` to
 * `agent_9`. Their ids are short, `ticket_7`; `realIds`: as the service makes them, so that they can be opened.
 */
export async function fillQueue(databaseUrl: string, tickets: number, { realIds = false } = {}): Promise<void> {
  const sqlite = engineOf(databaseUrl) === 'sqlite';
  const numbers = sqlite
    ? `(WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${tickets}) SELECT n FROM numbers)`
    : `generate_series(1, ${tickets})`;
  const digits = sqlite ? `substr('00000000000' || n, -12)` : `lpad(n::text, 12, '0')`;
  const id = realIds ? `'ticket_019b0000-0000-7000-8000-' || ${digits}` : `'ticket_' || n`;
  const time = (minutes: string) =>
    sqlite
      ? `strftime('%Y-%m-%dT%H:%M:%f+00:00', '2026-01-01', '+' || (${minutes}) || ' minutes')`
      : `timestamptz '2026-01-01' + (${minutes}) * interval '1 minute'`;
  await runSql(
    databaseUrl,
    `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, assigned_agent, attachments,
      created_at, updated_at, waiting_since)
    SELECT ${id}, 'user_' || (n % 1000), CASE WHEN n % 2 = 0 THEN 'payment' ELSE 'other' END,
      CASE WHEN n % 4999 = 0 THEN 'needle' ELSE 'words of number ' || n END,
      CASE WHEN n % 50 > 0 THEN 'Closed' WHEN n % 3 = 0 THEN 'Open' WHEN n % 3 = 1 THEN 'In Progress' ELSE 'Resolved' END,
      CASE n % 7 WHEN 0 THEN 'Critical' WHEN 1 THEN 'High' WHEN 2 THEN 'Low' ELSE 'Medium' END, 'category_00' || (1 + n % 7),
      CASE WHEN n % 4 > 0 THEN 'agent_' || (n % 10) END, '[]', ${time('n')}, ${time('n + n % 100')},
      CASE WHEN n % 50 = 0 AND n % 3 < 2 AND n % 4 > 0 THEN ${time('n')} END
    FROM ${numbers} AS numbers${sqlite ? '' : '(n)'}`,
  );
  await runSql(
    databaseUrl,
    `INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
    SELECT replace(id, 'ticket', 'msg'), id, 1, user_id, 'message of ' || subject, '[]', created_at FROM tickets`,
  );
  await tellPlanner(databaseUrl);
}

/** Tags what fillQueue() made: those that say `payment` with `common`, those of `user_7` with `rare`. */
export async function tagQueue(databaseUrl: string): Promise<void> {
  await runSql(
    databaseUrl,
    `INSERT INTO ticket_tags (tag, ticket_id)
    SELECT 'common', id FROM tickets WHERE subject = 'payment' UNION ALL SELECT 'rare', id FROM tickets WHERE user_id = 'user_7'`,
  );
  await tellPlanner(databaseUrl);
}

/** After what changes many rows at once. */
export function tellPlanner(databaseUrl: string) {
  return runSql(databaseUrl, engineOf(databaseUrl) === 'sqlite' ? 'ANALYZE' : 'VACUUM ANALYZE');
}
