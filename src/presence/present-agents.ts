import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { MAX_PRESENT, type PresentAgent } from './schemas.js';

/** SQL: who reads a ticket or the queue asks for it each time. */
const selectPresent = query('select presence', { ticketIds: 'text', now: 'presence.expires_at' }, ({ db, p, listed }) =>
  db
    .selectFrom('presence')
    .select(['ticket_id as ticketId', 'agent_id as agentId', 'came_at as cameAt', 'typing_at as typingAt'])
    .where('ticket_id', 'in', (eb) => eb.selectFrom(listed(p.ticketIds).as('listed')).select('value'))
    .where('expires_at', '>', p.now)
    .orderBy('came_at')
    .orderBy('agent_id'),
);

/** Who is at each of these tickets now, by the id of the ticket. */
export async function presentAt(
  sql: Sql,
  ticketIds: readonly string[],
  now: Date,
): Promise<(ticketId: string) => PresentAgent[]> {
  const rows =
    ticketIds.length === 0 ? [] : await sql.rows(selectPresent, { ticketIds: JSON.stringify(ticketIds), now });
  return (ticketId) => presentAgentsOf(rows.filter((row) => row.ticketId === ticketId));
}

/** Rows in the order of coming, as clients see them. */
export function presentAgentsOf(
  rows: readonly { agentId: string; cameAt: string; typingAt: string | null }[],
): PresentAgent[] {
  return rows.slice(0, MAX_PRESENT).map(({ agentId, cameAt, typingAt }) => ({
    agentId,
    typing: typingAt !== null,
    since: cameAt,
  }));
}
