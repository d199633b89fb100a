import type { Db } from '../db/sql/db.js';
import type { Fragments } from '../db/sql/fragments.js';
import { expressionBuilder } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';
import type { ReadScope } from '../procedure/scope.js';
import { ticketNotFound, visibleTicket } from '../tickets/visible-ticket.js';
import type { TicketTags, TicketTagsInput } from './schemas.js';

/** The tags of a row of `tickets`, in the order of their bytes, as a JSON array. */
export function tagsOfTicket(db: Db, { jsonArray }: Pick<Fragments, 'jsonArray'>) {
  const ticket = expressionBuilder<Tables, 'tickets'>();
  return db
    .selectFrom('ticket_tags')
    .select((eb) => jsonArray(eb.ref('tag'), eb.ref('tag')).as('tags'))
    .where('ticket_id', '=', ticket.ref('tickets.id'))
    .$asScalar()
    .$notNull();
}

const selectTags = query('select tags', { ticketId: 'tickets.id' }, ({ db, p, jsonArray }) =>
  db
    .selectFrom('tickets')
    .select([tagsOfTicket(db, { jsonArray }).as('tags'), 'version'])
    .where('id', '=', p.ticketId),
);

/**
 * The tags of a ticket.
 *
 * @throws AppError NOT_FOUND
 */
export async function ticketTags({ db, principal }: ReadScope, { ticketId }: TicketTagsInput): Promise<TicketTags> {
  const row = await db.row(selectTags, { ticketId: visibleTicket(principal, ticketId).ticketId });
  if (row === undefined) throw ticketNotFound();
  return { ticketId, tags: JSON.parse(row.tags), version: row.version };
}
