import { query } from '../../db/sql/query.js';
import { filesAmong } from '../../files/attachments-of.js';
import { messagesNear, readMessages } from '../../messages/list-messages.js';
import { AFTER_ALL_NOTES, beside, measuredNotes, notesNear, readNotes } from '../../notes/list-notes.js';
import { presentAt } from '../../presence/present-agents.js';
import type { ReadScope } from '../../procedure/scope.js';
import { isTicketId } from '../../schema/ids.js';
import { MAX_ITEMS } from '../../schema/pagination.js';
import { dueTimes, targetsOfTicket } from '../../sla/due-times.js';
import { findWorkingTime } from '../../sla/find-working-time.js';
import { tagsOfTicket } from '../../tags/ticket-tags.js';
import { measuredMessages, olderThan } from '../../tickets/conversation.js';
import { ticketNotFound } from '../../tickets/visible-ticket.js';
import type { DeskTicket, TicketInput } from './schemas.js';

const NEWEST = { descending: true, limit: MAX_ITEMS } as const;

const selectDeskTicket = query('select desk ticket', { ticketId: 'tickets.id' }, ({ db, p, ...fragments }) => {
  return db
    .selectFrom('tickets')
    .select((tickets) => {
      const messages = measuredMessages(db).where('ticket_id', '=', tickets.ref('tickets.id'));
      const notes = measuredNotes(db).where('ticket_id', '=', tickets.ref('tickets.id'));
      return [
        'id as ticketId',
        'user_id as userId',
        'subject',
        'description',
        'status',
        'priority',
        'category_id as categoryId',
        'assigned_agent as assignedAgent',
        'attachments',
        'resolution',
        'version',
        'waiting_since as waitingSinceAt',
        'first_response_at as firstResponseAt',
        'resolved_at as resolvedAt',
        'closed_at as closedAt',
        'created_at as createdAt',
        'updated_at as updatedAt',
        'message_count as messageCount',
        tagsOfTicket(db, fragments).as('tags'),
        ...targetsOfTicket(db),
        messagesNear(db, messages, NEWEST, fragments).as('messages'),
        tickets
          .selectFrom('notes')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .whereRef('ticket_id', '=', 'tickets.id')
          .$asScalar()
          .$notNull()
          .as('noteCount'),
        notesNear(db, notes, NEWEST, fragments).as('notes'),
      ];
    })
    .where('id', '=', p.ticketId);
});

/**
 * All that the desk knows of a ticket, but of its conversation and notes the newest MAX_ITEMS each, oldest first, and at most
 * MAX_TEXT_BYTES of text each: one look at the database, one beside it for who is there, and one more each for what has much text, where
 * files are attached, and where the calendar of due times is new to the process.
 *
 * @throws AppError NOT_FOUND
 */
export async function getDeskTicket({ db, clock }: ReadScope, { ticketId }: TicketInput): Promise<DeskTicket> {
  if (!isTicketId(ticketId)) throw ticketNotFound();
  const [row, present] = await Promise.all([
    db.row(selectDeskTicket, { ticketId }),
    presentAt(db, [ticketId], clock.now()),
  ]);
  if (row === undefined) throw ticketNotFound();
  const { attachments, tags, waitingSinceAt, firstResponseMinutes, resolutionMinutes, calendarRevision, ...ticket } =
    row;
  const [{ messages }, notes] = await Promise.all([
    readMessages(db, row.messages, {
      ticketId,
      side: 'older',
      position: row.messageCount + 1,
      limit: MAX_ITEMS,
      total: row.messageCount,
    }),
    readNotes(db, row.notes, {
      ticketId,
      side: 'older',
      place: AFTER_ALL_NOTES,
      most: Math.min(MAX_ITEMS, row.noteCount),
    }),
  ]);
  const [oldestNote] = notes;
  const own = { attachments: JSON.parse(attachments) as string[] };
  const attached = [own, ...messages, ...notes].flatMap((one) => one.attachments);
  const describe = await filesAmong(db, ticketId, attached);
  const working = await findWorkingTime(db, calendarRevision);
  return {
    ...ticket,
    ...dueTimes({ ...ticket, firstResponseMinutes, resolutionMinutes }, working),
    tags: JSON.parse(tags),
    presence: present(ticketId),
    ...describe(own),
    messages: messages.map(describe),
    olderMessages: olderThan(ticket.messageCount - messages.length + 1),
    notes: notes.map(describe),
    olderNotes: oldestNote !== undefined && ticket.noteCount > notes.length ? beside('older', oldestNote) : null,
    waitingSince: waitingSinceAt,
  };
}
