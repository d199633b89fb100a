import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import { lastResolver } from '../events/last-resolver.js';
import { recordEvent } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { annotateTicket } from '../tickets/event-time.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from '../tickets/visible-ticket.js';
import type { RateTicketInput, Rating } from './schemas.js';

const lockTicket = query('lock ticket for rating', VISIBLE, ({ db, p, lockRow }) =>
  db.selectFrom('tickets').select(['user_id as userId', 'status']).where(isVisible(p)).$call(lockRow),
);
/** Whose work is rated: who resolved it last, where it is resolved; else who has it. */
const selectAgent = query('select rated agent', { ticketId: 'tickets.id' }, ({ db, p }) =>
  db
    .selectFrom('tickets')
    .select((eb) =>
      eb.fn
        .coalesce(
          eb
            .case()
            .when('resolved_at', 'is not', null)
            .then(lastResolver(db, eb.ref('tickets.id')))
            .end(),
          'assigned_agent',
        )
        .as('agent'),
    )
    .where('id', '=', p.ticketId),
);
const insertRating = query(
  'insert rating',
  {
    ticketId: 'ratings.ticket_id',
    score: 'ratings.score',
    comment: 'ratings.comment?',
    agent: 'ratings.agent?',
    at: 'ratings.created_at',
  },
  ({ db, p }) =>
    db
      .insertInto('ratings')
      .values({ ticket_id: p.ticketId, score: p.score, comment: p.comment, agent: p.agent, created_at: p.at })
      .onConflict((ticket) => ticket.doNothing()),
);

/**
 * What the requester thinks of how a ticket was dealt with: once, when it is resolved or closed. It stays when the
 * ticket is reopened. A blank comment counts as none.
 *
 * @throws AppError NOT_FOUND; FORBIDDEN for the desk; NOT_RESOLVED; ALREADY_RATED
 */
export async function rateTicket(scope: WriteScope, { ticketId, score, comment }: RateTicketInput): Promise<Rating> {
  const { db, principal, clock } = scope;
  const ticket = await db.row(lockTicket, visibleTicket(principal, ticketId));
  if (ticket === undefined) throw ticketNotFound();
  if (ticket.userId !== principal.userId) {
    throw new AppError('FORBIDDEN', { message: 'A ticket is rated by its requester alone' });
  }
  if (ticket.status !== 'Resolved' && ticket.status !== 'Closed') throw new AppError('NOT_RESOLVED');
  const rating = { ticketId, score, comment: comment?.trim() ? comment : null };
  const agent = (await db.row(selectAgent, { ticketId }))?.agent ?? null;
  const annotated = await db.row(annotateTicket, { ticketId, now: clock.now() });
  if (annotated === undefined) throw ticketNotFound();
  const ratedAt = annotated.annotatedAt;
  const at = new Date(ratedAt);
  if ((await db.run(insertRating, { ...rating, agent, at })) === 0) throw new AppError('ALREADY_RATED');
  await recordEvent(scope, { ticketId, type: 'ticket.rated', after: { score }, at });
  return { ...rating, ratedAt };
}
