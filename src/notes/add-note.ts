import { Statement } from '../db/sql/statement.js';
import { WriteChain } from '../db/sql/write-chain.js';
import { AppError } from '../errors/app-error.js';
import { eventLink } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { isTicketId, newId } from '../schema/ids.js';
import { type TextValues, textLinks, textValues } from '../search/index-text.js';
import { ticketNotFound } from '../tickets/visible-ticket.js';
import type { AddNoteInput, Note } from './schemas.js';

/** Most notes that a ticket takes. */
export const MAX_NOTES = 5_000;

type OfTicket = { ticketId: string };

const lockTicket = new Statement<OfTicket>(
  'lock ticket for note',
  ({ lockRow }) => `SELECT id FROM tickets WHERE id = :ticketId ${lockRow}`,
);

/** A statement after the lock: in the same one, PostgreSQL would not see what it had to wait for. */
const selectBefore = new Statement<OfTicket, { notes: number; noteAt: string | null; eventAt: string | null }>(
  'select what is before a note',
  `SELECT count(*) AS notes, max(created_at) AS "noteAt",
    (SELECT created_at FROM events WHERE ticket_id = :ticketId ORDER BY id DESC LIMIT 1) AS "eventAt"
  FROM notes WHERE ticket_id = :ticketId`,
);

type NewNote = OfTicket & Record<'noteId' | 'author' | 'content' | 'attachments', string> & { at: Date } & TextValues;

/** Moves the version and nothing that a customer could see. */
const insertNote = new WriteChain<NewNote, unknown>('insert note', {
  ticket: 'UPDATE tickets SET version = version + 1 WHERE id = :ticketId RETURNING id',
  note: ({ from }) => `
    INSERT INTO notes (id, ticket_id, author, content, attachments, created_at, indexed)
    SELECT :noteId, @ticket.id, :author, :content, :attachments, :at, TRUE ${from('ticket')}
    RETURNING created_at AS "addedAt"`,
  ...textLinks('note', { ticketId: ':ticketId', sourceId: ':noteId', from: 'note' }),
  event: (dialect) =>
    eventLink(dialect, {
      type: 'note.added',
      ticketId: ':ticketId',
      actor: ':author',
      at: '@note.addedAt',
      before: `'{}'`,
      after: dialect.jsonObject({ noteId: ':noteId' }),
      from: ['note'],
    }),
});

/**
 * Adds an internal note to a ticket, whatever its status. It is later than the note before it, by a millisecond at least, and
 * not earlier than what happened last: notes in the order of their times are in the order of the history.
 *
 * @throws AppError NOT_FOUND; TICKET_FULL with MAX_NOTES notes, and nothing is stored.
 */
export async function addNote(
  { sql, principal, clock }: WriteScope,
  { ticketId, content, attachments }: AddNoteInput,
): Promise<Note> {
  if (!isTicketId(ticketId) || !(await sql.row(lockTicket, { ticketId }))) throw ticketNotFound();
  const { notes = 0, noteAt = null, eventAt = null } = (await sql.row(selectBefore, { ticketId })) ?? {};
  if (notes >= MAX_NOTES) {
    const message = `A ticket takes at most ${MAX_NOTES} notes`;
    throw new AppError('TICKET_FULL', { message: 'Invalid note', details: [{ path: 'ticketId', message }] });
  }
  const noteId = newId('note');
  const author = principal.userId;
  const at = new Date(
    Math.max(
      clock.now().getTime(),
      noteAt === null ? 0 : Date.parse(noteAt) + 1,
      eventAt === null ? 0 : Date.parse(eventAt),
    ),
  );
  await sql.chain(insertNote, {
    ticketId,
    noteId,
    author,
    content,
    attachments: JSON.stringify(attachments),
    at,
    ...textValues({ content }),
  });
  return { noteId, author, content, attachments, timestamp: at.toISOString() };
}
