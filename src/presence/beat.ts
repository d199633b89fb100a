import { expressionBuilder } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';
import { AppError } from '../errors/app-error.js';
import type { WriteScope } from '../procedure/scope.js';
import { isTicketId } from '../schema/ids.js';
import { ticketNotFound } from '../tickets/visible-ticket.js';
import { presentAt } from './present-agents.js';
import type { Beat, BeatInput } from './schemas.js';

/** How long a beat holds: two may be lost of those that come every 10 s. */
const HOLDS_MS = 30_000;
/** Tickets that one agent may be at: many tabs, but not a list of all tickets. */
export const MAX_TICKETS = 20;

/**
 * SQL: every agent who has a ticket open runs it, every few seconds. One statement, and no foreign key, whose check would lock the
 * ticket against its deletion.
 */
const beatOnce = query(
  'beat',
  {
    ticketId: 'tickets.id',
    agentId: 'presence.agent_id',
    now: 'presence.came_at',
    typingAt: 'presence.typing_at?',
    expiresAt: 'presence.expires_at',
  },
  ({ db, p, insertFrom }) => {
    const row = expressionBuilder<Tables, 'presence'>();
    const elsewhere = db
      .selectFrom('presence')
      .select((eb) => eb.fn.countAll<number>().as('tickets'))
      .where('agent_id', '=', p.agentId)
      .where('ticket_id', '<>', p.ticketId)
      .where('expires_at', '>', p.now);
    const ticket = db
      .selectFrom('tickets')
      .where('id', '=', p.ticketId)
      .where((eb) => eb(elsewhere.$asScalar(), '<', eb.lit(MAX_TICKETS)));
    return insertFrom(ticket, 'presence', (eb) => ({
      ticket_id: eb.ref('id'),
      agent_id: p.agentId,
      came_at: p.now,
      typing_at: p.typingAt,
      expires_at: p.expiresAt,
    })).onConflict((known) =>
      known.columns(['ticket_id', 'agent_id']).doUpdateSet({
        // Whoever comes back after a while comes anew.
        came_at: row.case().when('presence.expires_at', '>', p.now).then(row.ref('presence.came_at')).else(p.now).end(),
        typing_at: p.typingAt,
        expires_at: p.expiresAt,
      }),
    );
  },
);

const selectTicketId = query('ticket of a beat', { ticketId: 'tickets.id' }, ({ db, p }) =>
  db.selectFrom('tickets').select('id').where('id', '=', p.ticketId),
);

/**
 * Says that the principal has a ticket before them, for the next HOLDS_MS, and whether they type. Nothing of it is in the history, and
 * the ticket stays as it is.
 *
 * @throws AppError NOT_FOUND; TOO_MANY_REQUESTS at MAX_TICKETS other tickets. Nothing is stored then.
 */
export async function beat({ db, principal, clock }: WriteScope, { ticketId, typing }: BeatInput): Promise<Beat> {
  if (!isTicketId(ticketId)) throw ticketNotFound();
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + HOLDS_MS);
  const agentId = principal.userId;
  const count = await db.run(beatOnce, { ticketId, agentId, now, typingAt: typing ? now : null, expiresAt });
  if (count === 0) {
    if ((await db.row(selectTicketId, { ticketId })) === undefined) throw ticketNotFound();
    throw new AppError('TOO_MANY_REQUESTS', {
      message: `You are at ${MAX_TICKETS} other tickets, as many as one may be at: leave one of them`,
      retryAfterSeconds: HOLDS_MS / 1000,
    });
  }
  const present = await presentAt(db, [ticketId], now);
  return { ticketId, presence: present(ticketId), expiresAt: expiresAt.toISOString() };
}
