import { chain } from '../db/sql/chain.js';
import type { Json } from '../db/sql/column-types.js';
import { type Expression, fragment, type SqlBool } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import { eventValues } from '../events/record-event.js';
import { attachFiles } from '../files/attach-files.js';
import type { WriteScope } from '../procedure/scope.js';
import { newId } from '../schema/ids.js';
import { TEXT_VALUES, textLink, textValues, wordsLink } from '../search/index-text.js';
import { nextEventAt } from '../tickets/event-time.js';
import { answeringSql, isNotClosed, statusAfterMessageSql } from '../tickets/lifecycle-sql.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from '../tickets/visible-ticket.js';
import type { AddedMessage, AddMessageInput } from './schemas.js';

/** Most messages that a ticket takes. */
export const MAX_MESSAGES = 5_000;

/**
 * Moves the ticket on, and adds the message at the place and time that this gave it: under the row's lock, so that
 * messages that come at the same time get one place each.
 */
const appendMessage = chain('append message', {
  ...VISIBLE,
  messageId: 'messages.id',
  sender: 'messages.sender',
  content: 'messages.content',
  attachments: 'messages.attachments',
  now: 'messages.created_at',
  ...TEXT_VALUES,
})
  .link('old', ({ db, p, lockUser, lockRow }) =>
    db
      .selectFrom('tickets')
      .select(['status as oldStatus', 'resolution as oldResolution'])
      .where(isVisible(p))
      .where(isNotClosed())
      .where('message_count', '<', MAX_MESSAGES)
      .where((eb) => lockUser(eb.ref('user_id')))
      .$call(lockRow),
  )
  .link('ticket', ({ db, p, from, ...fragments }) =>
    db
      .updateTable('tickets')
      .set((eb) => ({
        status: statusAfterMessageSql(p.sender),
        ...answeringSql(p.sender, nextEventAt(fragments, p.now)),
        version: eb('version', '+', 1),
        message_count: eb('message_count', '+', 1),
        updated_at: nextEventAt(fragments, p.now),
      }))
      .$call(from('old'))
      .where('id', '=', p.ticketId)
      .returning(['message_count as position', 'status', 'updated_at as addedAt', 'version']),
  )
  .write('message', ({ p, row: { ticket }, insert }) =>
    insert(
      'messages',
      {
        id: p.messageId,
        ticket_id: p.ticketId,
        position: ticket.position,
        sender: p.sender,
        content: p.content,
        attachments: p.attachments,
        created_at: ticket.addedAt,
        indexed: true,
      },
      'ticket',
    ),
  )
  .write('search_text', (writing) => {
    const { ticketId, messageId } = writing.p;
    return textLink(writing, 'message', { ticketId, sourceId: messageId, from: 'ticket' });
  })
  .writeOn('sqlite', 'search_words', wordsLink)
  .write('event', ({ p, row: { old, ticket }, insertRows, jsonObject, eventPosition }) => {
    const { messageId } = p;
    const ofMessage = { ticketId: p.ticketId, actor: p.sender, at: ticket.addedAt, version: ticket.version };
    const reopened = fragment<SqlBool>`(${old.oldStatus} = 'Resolved' AND ${ticket.status} <> 'Resolved')`;
    const ifStarted = (then: Expression<Json>, otherwise: Expression<Json>) => fragment<Json>`
      CASE WHEN ${old.oldStatus} <> ${ticket.status} AND NOT ${reopened} THEN ${then} ELSE ${otherwise} END`;
    const withResolution = (status: Expression<string>, resolution: Expression<string | null>) => fragment<Json>`
      CASE WHEN ${old.oldResolution} IS NULL THEN ${jsonObject({ status })} ELSE ${jsonObject({ status, resolution })} END`;
    const added = eventValues(
      { eventPosition },
      {
        ...ofMessage,
        type: 'message.added',
        before: ifStarted(jsonObject({ status: old.oldStatus }), fragment`'{}'`),
        after: ifStarted(jsonObject({ messageId, status: ticket.status }), jsonObject({ messageId })),
      },
    );
    const reopening = eventValues(
      { eventPosition },
      {
        ...ofMessage,
        type: 'ticket.reopened',
        before: withResolution(old.oldStatus, old.oldResolution),
        after: withResolution(ticket.status, fragment`NULL`),
      },
    );
    // By one INSERT, so that their ids are in this order.
    return insertRows('events', [{ values: added }, { values: reopening, when: reopened }], 'old', 'ticket');
  })
  .whole();

const selectState = query('select state', VISIBLE, ({ db, p }) =>
  db.selectFrom('tickets').select('status').where(isVisible(p)),
);

/**
 * Adds a message to the end of a ticket's conversation, and moves the ticket on as its life cycle says.
 *
 * @throws AppError NOT_FOUND; TICKET_CLOSED; TICKET_FULL with MAX_MESSAGES messages; as attachFiles() does. Nothing is stored then.
 */
export async function addMessage(
  scope: WriteScope,
  { ticketId, message, attachments }: AddMessageInput,
): Promise<AddedMessage> {
  const { db, principal, clock } = scope;
  const visible = visibleTicket(principal, ticketId);
  const messageId = newId('msg');
  const added = await db.chain(appendMessage, {
    ...visible,
    messageId,
    sender: principal.userId,
    content: message,
    attachments: JSON.stringify(attachments),
    now: clock.now(),
    ...textValues({ content: message }),
  });
  if (added !== undefined) {
    await attachFiles(scope, attachments, { ticketId, kind: 'message', sourceId: messageId });
    return { messageId, ticketId, content: message, timestamp: added.addedAt };
  }
  // Closed is final, and what is full stays so: that it was so a moment ago is still true.
  const ticket = await db.row(selectState, visible);
  if (ticket === undefined) throw ticketNotFound();
  if (ticket.status === 'Closed') throw new AppError('TICKET_CLOSED');
  throw new AppError('TICKET_FULL', {
    details: [{ path: 'ticketId', message: `A ticket takes at most ${MAX_MESSAGES} messages: open a new one` }],
  });
}
