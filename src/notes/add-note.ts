import { WriteChain } from '../db/sql/write-chain.js';
import { eventLink } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { isTicketId, newId } from '../schema/ids.js';
import { ticketNotFound } from '../tickets/visible-ticket.js';
import type { AddNoteInput, Note } from './schemas.js';

type NewNote = Record<'ticketId' | 'noteId' | 'author' | 'content' | 'attachments', string> & { now: Date };

/** Moves the version and nothing that a customer could see. */
const insertNote = new WriteChain<NewNote, { addedAt: string }>('insert note', {
  ticket: 'UPDATE tickets SET version = version + 1 WHERE id = :ticketId RETURNING id',
  note: ({ from }) => `
    INSERT INTO notes (id, ticket_id, author, content, attachments, created_at)
    SELECT :noteId, @ticket.id, :author, :content, :attachments, :now ${from('ticket')}
    RETURNING created_at AS "addedAt"`,
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
 * Adds an internal note to a ticket, whatever its status.
 *
 * @throws AppError NOT_FOUND
 */
export async function addNote(
  { sql, principal, clock }: WriteScope,
  { ticketId, content, attachments }: AddNoteInput,
): Promise<Note> {
  if (!isTicketId(ticketId)) throw ticketNotFound();
  const noteId = newId('note');
  const author = principal.userId;
  const added = await sql.chain(insertNote, {
    ticketId,
    noteId,
    author,
    content,
    attachments: JSON.stringify(attachments),
    now: clock.now(),
  });
  if (added === undefined) throw ticketNotFound();
  return { noteId, author, content, attachments, timestamp: added.addedAt };
}
