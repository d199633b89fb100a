import { chain } from '../db/sql/chain.js';
import type { Json } from '../db/sql/column-types.js';
import { fragment } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import { eventValues } from '../events/record-event.js';
import { attachFiles } from '../files/attach-files.js';
import { withFiles } from '../files/attachments-of.js';
import type { WriteScope } from '../procedure/scope.js';
import { isTicketId, newId } from '../schema/ids.js';
import { TEXT_VALUES, textLink, textValues, wordsLink } from '../search/index-text.js';
import { nextEventAt } from '../tickets/event-time.js';
import { requireVersion } from '../tickets/require-version.js';
import { ticketNotFound } from '../tickets/visible-ticket.js';
import type { AddNoteInput, Note } from './schemas.js';

/** Most notes that a ticket takes. */
export const MAX_NOTES = 5_000;

const OF_TICKET = { ticketId: 'tickets.id' } as const;

const lockTicket = query('lock ticket for note', OF_TICKET, ({ db, p, lockRow }) =>
  db.selectFrom('tickets').select('version').where('id', '=', p.ticketId).$call(lockRow),
);

/** A statement after the lock: in the same one, PostgreSQL would not see what it had to wait for. */
const countNotes = query('count notes', OF_TICKET, ({ db, p }) =>
  db
    .selectFrom('notes')
    .select((eb) => eb.fn.countAll<number>().as('notes'))
    .where('ticket_id', '=', p.ticketId),
);

/** Moves the version and nothing that a customer could see. */
const insertNote = chain('insert note', {
  ...OF_TICKET,
  noteId: 'notes.id',
  author: 'notes.author',
  content: 'notes.content',
  attachments: 'notes.attachments',
  now: 'notes.created_at',
  ...TEXT_VALUES,
})
  .link('ticket', ({ db, p, ...fragments }) =>
    db
      .updateTable('tickets')
      .set((eb) => ({ version: eb('version', '+', 1), annotated_at: nextEventAt(fragments, p.now) }))
      .where('id', '=', p.ticketId)
      .returning((eb) => ['id', 'version', eb.ref('annotated_at').$notNull().as('addedAt')]),
  )
  .link('note', ({ p, row: { ticket }, insert }) =>
    insert(
      'notes',
      {
        id: p.noteId,
        ticket_id: ticket.id,
        author: p.author,
        content: p.content,
        attachments: p.attachments,
        created_at: ticket.addedAt,
        indexed: true,
      },
      'ticket',
    ).returning('created_at as addedAt'),
  )
  .write('search_text', (writing) => {
    const { ticketId, noteId } = writing.p;
    return textLink(writing, 'note', { ticketId, sourceId: noteId, from: 'note' });
  })
  .writeOn('sqlite', 'search_words', wordsLink)
  .write('event', ({ p, row: { ticket, note }, insert, jsonObject, eventPosition }) => {
    const added = {
      type: 'note.added',
      ticketId: p.ticketId,
      actor: p.author,
      at: note.addedAt,
      version: ticket.version,
      before: fragment<Json>`'{}'`,
      after: jsonObject({ noteId: p.noteId }),
    } as const;
    return insert('events', eventValues({ eventPosition }, added), 'ticket', 'note');
  })
  .whole();

/**
 * Adds an internal note to a ticket, whatever its status. It is later than all that happened to the ticket before: notes in the
 * order of their times are in the order of the history. With a `version`, only if the ticket still has that one.
 *
 * @throws AppError NOT_FOUND; VERSION_CONFLICT; TICKET_FULL with MAX_NOTES notes; as attachFiles() does. Nothing is stored.
 */
export async function addNote(
  scope: WriteScope,
  { ticketId, content, attachments, version }: AddNoteInput,
): Promise<Note> {
  const { db, principal, clock } = scope;
  const ticket = isTicketId(ticketId) ? await db.row(lockTicket, { ticketId }) : undefined;
  if (ticket === undefined) throw ticketNotFound();
  requireVersion(ticket, version);
  const counted = await db.row(countNotes, { ticketId });
  if ((counted?.notes ?? 0) >= MAX_NOTES) {
    const message = `A ticket takes at most ${MAX_NOTES} notes`;
    throw new AppError('TICKET_FULL', { message: 'Invalid note', details: [{ path: 'ticketId', message }] });
  }
  const noteId = newId('note');
  const author = principal.userId;
  const added = await db.chain(insertNote, {
    ticketId,
    noteId,
    author,
    content,
    attachments: JSON.stringify(attachments),
    now: clock.now(),
    ...textValues({ content }),
  });
  if (added === undefined) throw ticketNotFound();
  await attachFiles(scope, attachments, { ticketId, kind: 'note', sourceId: noteId });
  const note = { noteId, author, content, attachments, timestamp: added.addedAt };
  const [described] = await withFiles(db, ticketId, [note]);
  return described as Note;
}
