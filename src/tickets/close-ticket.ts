import { chain } from '../db/sql/chain.js';
import type { Json } from '../db/sql/column-types.js';
import { type Expression, fragment } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import { eventValues } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { nextEventAt } from './event-time.js';
import { isNotClosed } from './lifecycle-sql.js';
import type { ClosedTicket, CloseTicketInput } from './schemas.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from './visible-ticket.js';

const closeOpenTicket = chain('close ticket', {
  ...VISIBLE,
  closer: 'events.actor',
  resolution: 'tickets.resolution?',
  now: 'tickets.closed_at',
})
  .link('old', ({ db, p, lockUser, lockRow }) =>
    db
      .selectFrom('tickets')
      .select(['status as oldStatus', 'resolution as oldResolution'])
      .where(isVisible(p))
      .where(isNotClosed())
      .where((eb) => lockUser(eb.ref('user_id')))
      .$call(lockRow),
  )
  .link('ticket', ({ db, p, from, ...fragments }) =>
    db
      .updateTable('tickets')
      .set((eb) => ({
        status: 'Closed',
        resolution: eb.fn.coalesce(p.resolution, 'tickets.resolution'),
        waiting_since: null,
        version: eb('version', '+', 1),
        closed_at: nextEventAt(fragments, p.now),
        updated_at: nextEventAt(fragments, p.now),
      }))
      .$call(from('old'))
      .where('id', '=', p.ticketId)
      .returning((eb) => [eb.ref('closed_at').$notNull().as('closedAt'), 'resolution', 'version']),
  )
  .write('event', ({ p, row: { old, ticket }, insert, ...fragments }) => {
    const fields = (status: Expression<unknown>, resolution: Expression<unknown>) => fragment<Json>`
      CASE WHEN ${old.oldResolution} IS DISTINCT FROM ${ticket.resolution} THEN ${fragments.jsonObject({ status, resolution })}
      ELSE ${fragments.jsonObject({ status })} END`;
    const closed = {
      type: 'ticket.closed',
      ticketId: p.ticketId,
      actor: p.closer,
      at: ticket.closedAt,
      version: ticket.version,
      before: fields(old.oldStatus, old.oldResolution),
      after: fields(fragment.lit('Closed'), ticket.resolution),
    } as const;
    return insert('events', eventValues(fragments, closed), 'old', 'ticket');
  })
  .whole();

const selectClosedAt = query('select closed at', VISIBLE, ({ db, p }) =>
  db
    .selectFrom('tickets')
    // It was not open, and what is closed stays so.
    .select((eb) => eb.ref('closed_at').$notNull().as('closedAt'))
    .where(isVisible(p)),
);

/**
 * Closes a ticket for good. Closing again changes nothing and answers with the first `closedAt`; the first resolution
 * stays. A blank resolution counts as none, and leaves the one that the desk resolved it with.
 *
 * @throws AppError NOT_FOUND
 */
export async function closeTicket(
  { db, principal, clock }: WriteScope,
  { ticketId, resolution }: CloseTicketInput,
): Promise<ClosedTicket> {
  const visible = visibleTicket(principal, ticketId);
  const closing = {
    ...visible,
    closer: principal.userId,
    resolution: resolution?.trim() ? resolution : null,
    now: clock.now(),
  };
  const closed = (await db.chain(closeOpenTicket, closing)) ?? (await db.row(selectClosedAt, visible));
  if (closed === undefined) throw ticketNotFound();
  return { ticketId, status: 'Closed', closedAt: closed.closedAt };
}
