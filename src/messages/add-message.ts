import { Statement } from '../db/sql/statement.js';
import { WriteChain } from '../db/sql/write-chain.js';
import { AppError } from '../errors/app-error.js';
import { eventLink } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { newId } from '../schema/ids.js';
import { type TextValues, textLinks, textValues } from '../search/index-text.js';
import { answeringSql, NOT_CLOSED, statusAfterMessageSql } from '../tickets/lifecycle-sql.js';
import { ticketNotFound, VISIBLE_TICKET, type VisibleTicket, visibleTicket } from '../tickets/visible-ticket.js';
import type { AddedMessage, AddMessageInput } from './schemas.js';

/** Most messages that a ticket takes. */
export const MAX_MESSAGES = 5_000;

type NewMessage = VisibleTicket &
  Record<'messageId' | 'sender' | 'content' | 'attachments', string> & { now: Date } & TextValues;

/**
 * Moves the ticket on, and adds the message at the place and time that this gave it: under the row's lock, so that
 * messages that come at the same time get one place each.
 */
const appendMessage = new WriteChain<NewMessage, { addedAt: string }>('append message', {
  old: ({ lockUser, lockRow }) => `
    SELECT status AS "oldStatus", resolution AS "oldResolution" FROM tickets
    WHERE ${VISIBLE_TICKET} AND ${NOT_CLOSED} AND message_count < ${MAX_MESSAGES} AND ${lockUser('user_id')} ${lockRow}`,
  ticket: ({ later, from }) => `
    UPDATE tickets
    SET status = ${statusAfterMessageSql()}, ${answeringSql(later('updated_at', ':now'))}, version = version + 1,
        message_count = message_count + 1, updated_at = ${later('updated_at', ':now')}
    ${from('old')} WHERE id = :ticketId
    RETURNING message_count AS "position", status, updated_at AS "addedAt"`,
  message: ({ from }) => `
    INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at, indexed)
    SELECT :messageId, :ticketId, @ticket.position, :sender, :content, :attachments, @ticket.addedAt, TRUE ${from('ticket')}`,
  ...textLinks('message', { ticketId: ':ticketId', sourceId: ':messageId', from: 'ticket' }),
  event: (dialect) => {
    const { jsonObject } = dialect;
    const ofMessage = { ticketId: ':ticketId', actor: ':sender', at: '@ticket.addedAt', from: ['old', 'ticket'] };
    const reopened = `(@old.oldStatus = 'Resolved' AND @ticket.status <> 'Resolved')`;
    const started = `@old.oldStatus <> @ticket.status AND NOT ${reopened}`;
    const withResolution = (status: string, resolution: string) => `
      CASE WHEN @old.oldResolution IS NULL THEN ${jsonObject({ status })} ELSE ${jsonObject({ status, resolution })} END`;
    return eventLink(
      dialect,
      {
        ...ofMessage,
        type: 'message.added',
        before: `CASE WHEN ${started} THEN ${jsonObject({ status: '@old.oldStatus' })} ELSE '{}' END`,
        after: `CASE WHEN ${started} THEN ${jsonObject({ messageId: ':messageId', status: '@ticket.status' })}
          ELSE ${jsonObject({ messageId: ':messageId' })} END`,
      },
      {
        ...ofMessage,
        type: 'ticket.reopened',
        before: withResolution('@old.oldStatus', '@old.oldResolution'),
        after: withResolution('@ticket.status', 'NULL'),
        when: reopened,
      },
    );
  },
});

const selectState = new Statement<VisibleTicket, { status: string }>(
  'select state',
  `SELECT status FROM tickets WHERE ${VISIBLE_TICKET}`,
);

/**
 * Adds a message to the end of a ticket's conversation, and moves the ticket on as its life cycle says.
 *
 * @throws AppError NOT_FOUND; TICKET_CLOSED; TICKET_FULL with MAX_MESSAGES messages. Nothing is stored then.
 */
export async function addMessage(
  { sql, principal, clock }: WriteScope,
  { ticketId, message, attachments }: AddMessageInput,
): Promise<AddedMessage> {
  const visible = visibleTicket(principal, ticketId);
  const messageId = newId('msg');
  const added = await sql.chain(appendMessage, {
    ...visible,
    messageId,
    sender: principal.userId,
    content: message,
    attachments: JSON.stringify(attachments),
    now: clock.now(),
    ...textValues({ content: message }),
  });
  if (added !== undefined) return { messageId, ticketId, content: message, timestamp: added.addedAt };
  // Closed is final, and what is full stays so: that it was so a moment ago is still true.
  const ticket = await sql.row(selectState, visible);
  if (ticket === undefined) throw ticketNotFound();
  if (ticket.status === 'Closed') throw new AppError('TICKET_CLOSED');
  throw new AppError('TICKET_FULL', {
    details: [{ path: 'ticketId', message: `A ticket takes at most ${MAX_MESSAGES} messages: open a new one` }],
  });
}
