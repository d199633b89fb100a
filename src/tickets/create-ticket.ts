import { categoryNotActive } from '../categories/category-not-active.js';
import { WriteChain } from '../db/sql/write-chain.js';
import { eventLink } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { newId } from '../schema/ids.js';
import { isStorable } from '../schema/text.js';
import { type TextValues, textLinks, textValues } from '../search/index-text.js';
import type { CreatedTicket, CreateTicketInput } from './schemas.js';

type NewTicket = Record<
  'ticketId' | 'requester' | 'opener' | 'subject' | 'description' | 'priority' | 'categoryId' | 'attachments',
  string
> & { createdAt: Date } & TextValues;

/** Writes nothing unless the category is active. */
const insertTicket = new WriteChain<NewTicket, { createdAt: string }>('insert ticket', {
  ticket: `
    INSERT INTO tickets
      (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at, waiting_since,
        indexed)
    SELECT :ticketId, :requester, :subject, :description, 'Open', :priority, id, :attachments, :createdAt, :createdAt, :createdAt,
      TRUE
    FROM categories WHERE id = :categoryId AND archived_at IS NULL
    RETURNING created_at AS "createdAt"`,
  ...textLinks('ticket', { ticketId: ':ticketId', sourceId: ':ticketId', from: 'ticket' }),
  event: (dialect) => {
    const fields = { status: `'Open'`, priority: ':priority', categoryId: ':categoryId' };
    return eventLink(dialect, {
      type: 'ticket.created',
      ticketId: ':ticketId',
      actor: ':opener',
      at: '@ticket.createdAt',
      before: `'{}'`,
      after: `CASE WHEN :opener = :requester THEN ${dialect.jsonObject(fields)}
        ELSE ${dialect.jsonObject({ ...fields, requester: ':requester' })} END`,
      from: ['ticket'],
    });
  },
});

/**
 * Opens a ticket for the principal.
 *
 * @throws AppError BAD_REQUEST at `categoryId` unless that is an active category.
 */
export function createTicket(scope: WriteScope, input: CreateTicketInput): Promise<CreatedTicket> {
  return openTicket(scope, { ...input, requester: scope.principal.userId });
}

/**
 * Opens a ticket that is the requester's, whoever does it: the event has both.
 *
 * @throws AppError BAD_REQUEST at `categoryId` unless that is an active category.
 */
export async function openTicket(
  { sql, principal, clock }: WriteScope,
  { requester, subject, description, categoryId, priority, attachments }: CreateTicketInput & { requester: string },
): Promise<CreatedTicket> {
  if (!isStorable(categoryId)) throw categoryNotActive();
  const ticketId = newId('ticket');
  const createdAt = clock.now();
  const written = await sql.chain(insertTicket, {
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
  return { ticketId, subject, status: 'Open', priority, createdAt: createdAt.toISOString() };
}
