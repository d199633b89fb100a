import { categoryNotActive } from '../categories/category-not-active.js';
import { chain } from '../db/sql/chain.js';
import type { Json } from '../db/sql/column-types.js';
import { fragment } from '../db/sql/kysely.js';
import { eventValues } from '../events/record-event.js';
import { attachFiles } from '../files/attach-files.js';
import type { WriteScope } from '../procedure/scope.js';
import { newId } from '../schema/ids.js';
import { isStorable } from '../schema/text.js';
import { TEXT_VALUES, textLink, textValues, wordsLink } from '../search/index-text.js';
import { requireIntended } from './intended-user.js';
import type { CreatedTicket, CreateTicketInput } from './schemas.js';

/** Writes nothing unless the category is active. */
const insertTicket = chain('insert ticket', {
  ticketId: 'tickets.id',
  requester: 'tickets.user_id',
  opener: 'events.actor',
  subject: 'tickets.subject',
  description: 'tickets.description',
  priority: 'tickets.priority',
  categoryId: 'categories.id',
  attachments: 'tickets.attachments',
  createdAt: 'tickets.created_at',
  ...TEXT_VALUES,
})
  .link('ticket', ({ db, p, insertFrom }) =>
    insertFrom(
      db.selectFrom('categories').where('id', '=', p.categoryId).where('archived_at', 'is', null),
      'tickets',
      (category) => ({
        id: p.ticketId,
        user_id: p.requester,
        subject: p.subject,
        description: p.description,
        status: 'Open',
        priority: p.priority,
        category_id: category.ref('id'),
        attachments: p.attachments,
        created_at: p.createdAt,
        updated_at: p.createdAt,
        waiting_since: p.createdAt,
        indexed: true,
      }),
    ).returning(['created_at as createdAt', 'version']),
  )
  .write('search_text', (writing) => {
    const { ticketId } = writing.p;
    return textLink(writing, 'ticket', { ticketId, sourceId: ticketId, from: 'ticket' });
  })
  .writeOn('sqlite', 'search_words', wordsLink)
  .write('event', ({ p, row: { ticket }, insert, ...fragments }) => {
    const { priority, categoryId, requester, opener } = p;
    const fields = { status: fragment.lit('Open'), priority, categoryId };
    const created = {
      type: 'ticket.created',
      ticketId: p.ticketId,
      actor: opener,
      at: ticket.createdAt,
      version: ticket.version,
      before: fragment<Json>`'{}'`,
      after: fragment<Json>`CASE WHEN ${opener} = ${requester} THEN ${fragments.jsonObject(fields)}
        ELSE ${fragments.jsonObject({ ...fields, requester })} END`,
    } as const;
    return insert('events', eventValues(fragments, created), 'ticket');
  })
  .whole();

/**
 * Opens a ticket for the principal.
 *
 * @throws AppError BAD_REQUEST at `categoryId` unless that is an active category; as attachFiles() does.
 */
export function createTicket(scope: WriteScope, input: CreateTicketInput): Promise<CreatedTicket> {
  return writeTicket(scope, { ...input, requester: scope.principal.userId });
}

/**
 * Opens a ticket that is the requester's, whoever does it: the event has both.
 *
 * @throws AppError BAD_REQUEST at `requester`: see requireIntended(); as createTicket() does.
 */
export async function openTicket(
  scope: WriteScope,
  input: CreateTicketInput & { requester: string },
): Promise<CreatedTicket> {
  await requireIntended(scope, { userId: input.requester, as: 'requester', path: 'requester' });
  return writeTicket(scope, input);
}

/** Waits for nothing before its statement: those of a group are sent in the order of their customers (decision 0019). */
async function writeTicket(
  scope: WriteScope,
  { requester, subject, description, categoryId, priority, attachments }: CreateTicketInput & { requester: string },
): Promise<CreatedTicket> {
  const { db, principal, clock } = scope;
  if (!isStorable(categoryId)) throw categoryNotActive();
  const ticketId = newId('ticket');
  const createdAt = clock.now();
  const written = await db.chain(insertTicket, {
    ticketId,
    requester,
    opener: principal.userId,
    subject,
    description,
    priority,
    categoryId,
    attachments: JSON.stringify(attachments),
    createdAt,
    ...textValues({ subject, content: description }),
  });
  if (written === undefined) throw categoryNotActive();
  await attachFiles(scope, attachments, { ticketId, kind: 'ticket', sourceId: ticketId });
  return { ticketId, subject, status: 'Open', priority, createdAt: createdAt.toISOString() };
}
