import type { Db } from '../db/sql/db.js';
import type { AliasableExpression, Expression } from '../db/sql/kysely.js';

/** Who resolved a ticket last; null where nobody has. */
export function lastResolver(db: Db, ticketId: Expression<string>): AliasableExpression<string | null> {
  return db
    .selectFrom('events')
    .select('actor')
    .where('ticket_id', '=', ticketId)
    .where('type', '=', 'ticket.resolved')
    .orderBy('id', 'desc')
    .limit(1)
    .$asScalar();
}
