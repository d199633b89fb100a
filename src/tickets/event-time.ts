import type { Time } from '../db/sql/column-types.js';
import type { Fragments } from '../db/sql/fragments.js';
import { type Expression, expressionBuilder, fragment } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';

const tickets = expressionBuilder<Tables, 'tickets'>();

/** When the last event of a row of `tickets` was: under its lock nothing comes later. */
export const lastEventAt = () => {
  const [updatedAt, annotatedAt] = [tickets.ref('tickets.updated_at'), tickets.ref('tickets.annotated_at')];
  return fragment<Time>`CASE WHEN ${annotatedAt} > ${updatedAt} THEN ${annotatedAt} ELSE ${updatedAt} END`;
};

/**
 * When the next event of a row of `tickets` is, in the statement that changes the row: later than the one before it, whatever
 * the clocks say and however long the lock was waited for.
 */
export const nextEventAt = ({ later }: Pick<Fragments, 'later'>, now: Expression<Time>) => later(lastEventAt(), now);

/**
 * Moves a ticket on for an event that leaves `updatedAt` as it is, and gives when that event is. It locks the ticket:
 * the event is written after it, in its transaction.
 */
export const annotateTicket = query(
  'annotate ticket',
  { ticketId: 'tickets.id', now: 'tickets.updated_at' },
  ({ db, p, ...fragments }) =>
    db
      .updateTable('tickets')
      .set((eb) => ({ version: eb('version', '+', 1), annotated_at: nextEventAt(fragments, p.now) }))
      .where('id', '=', p.ticketId)
      .returning((eb) => ['version', eb.ref('annotated_at').$notNull().as('annotatedAt')]),
);
