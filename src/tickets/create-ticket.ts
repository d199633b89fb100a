import { categoryNotActive } from '../categories/category-not-active.js';
import { chain } from '../db/sql/chain.js';
import type { Json } from '../db/sql/column-types.js';
import { fragment } from '../db/sql/kysely.js';
import { eventValues } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { newId } from '../schema/ids.js';
import { isStorable } from '../schema/text.js';
import type { CreatedTicket, CreateTicketInput } from './schemas.js';

/** Writes nothing unless the category is active. */
const insertTicket = chain('insert ticket', {
  ticketId: 'tickets.id',
  userId: 'tickets.user_id',
  subject: 'tickets.subject',
  description: 'tickets.description',
  priority: 'tickets.priority',
  categoryId: 'categories.id',
  attachments: 'tickets.attachments',
  createdAt: 'tickets.created_at',
})
  .link('ticket', ({ db, p, insertFrom }) =>
    insertFrom(db.selectFrom('categories').where('id', '=', p.categoryId).where('archived_at', 'is', null), 'tickets', {
      id: p.ticketId,
      user_id: p.userId,
      subject: p.subject,
      description: p.description,
      status: 'Open',
      priority: p.priority,
      category_id: p.categoryId,
      attachments: p.attachments,
      created_at: p.createdAt,
      updated_at: p.createdAt,
      waiting_since: p.createdAt,
    }).returning('created_at as createdAt'),
  )
  .write('event', ({ p, row: { ticket }, insert, ...fragments }) => {
    const { priority, categoryId } = p;
    const created = {
      type: 'ticket.created',
      ticketId: p.ticketId,
      actor: p.userId,
      at: ticket.createdAt,
      before: fragment<Json>`'{}'`,
      after: fragments.jsonObject({ status: fragment.lit('Open'), priority, categoryId }),
    } as const;
    return insert('events', eventValues(fragments, created), 'ticket');
  })
  .whole();

/**
 * Opens a ticket for the principal.
 *
 * @throws AppError BAD_REQUEST at `categoryId` unless that is an active category.
 */
export async function createTicket(
  { sql, principal, clock }: WriteScope,
  { subject, description, categoryId, priority, attachments }: CreateTicketInput,
): Promise<CreatedTicket> {
  if (!isStorable(categoryId)) throw categoryNotActive();
  const ticketId = newId('ticket');
  const createdAt = clock.now();
  const written = await sql.chain(insertTicket, {
    ticketId,
    userId: principal.userId,
    subject,
    description,
    priority,
    categoryId,
    attachments: JSON.stringify(attachments),
    createdAt,
  });
  if (written === undefined) throw categoryNotActive();
  return { ticketId, subject, status: 'Open', priority, createdAt: createdAt.toISOString() };
}
