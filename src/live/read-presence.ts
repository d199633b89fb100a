import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import type { PresenceRow } from './presence-row.js';

/** Most that are read. */
const MAX_READ = 5_000;

const selectPresence = query('follow presence', { now: 'presence.expires_at', limit: 'number' }, ({ db, p }) =>
  db
    .selectFrom('presence')
    .select(['ticket_id as ticketId', 'agent_id as agentId', 'came_at as cameAt', 'typing_at as typingAt'])
    .select('expires_at as expiresAt')
    .where('expires_at', '>', p.now)
    .orderBy('ticket_id')
    .orderBy('came_at')
    .orderBy('agent_id')
    .limit(p.limit),
);

/** Who is where, by ticket and then in the order of coming. */
export function readPresence(sql: Sql, now: Date): Promise<PresenceRow[]> {
  return sql.rows(selectPresence, { now, limit: MAX_READ });
}
