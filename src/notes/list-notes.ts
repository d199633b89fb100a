import { z } from 'zod';
import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { decodeCursor, encodeCursor, NEITHER_WAY, side } from '../schema/cursor.js';
import { isTicketId } from '../schema/ids.js';
import { storedTime } from '../schema/time.js';
import { nearestIds } from '../tickets/conversation.js';
import { ticketNotFound } from '../tickets/visible-ticket.js';
import type { ListNotesInput, Note, NotePage } from './schemas.js';

type Asked = { ticketId: string; at: Date; noteId: string; limit: number };
/** `beyond`: how many there are on that side of the place. */
type Row = { total: number; beyond: number; notes: string };

/** A page on one side of a place: one look at the database. */
function page(name: string, { beyond, descending }: { beyond: string; descending: boolean }) {
  const ids = nearestIds({
    table: 'notes',
    ticketId: 'tickets.id',
    columns: ['created_at', 'id'],
    descending,
    where: beyond,
    limit: ':limit',
  });
  const count = 'SELECT count(*) FROM notes WHERE ticket_id = tickets.id';
  return new Statement<Asked, Row>(
    name,
    ({ jsonArray, jsonTuple, isoTime }) => `
    SELECT (${count}) AS total, (${count} AND ${beyond}) AS beyond,
      (SELECT ${jsonArray(jsonTuple('id', 'author', 'content', 'CAST(attachments AS text)', isoTime('created_at')), 'created_at, id')}
       FROM notes WHERE id IN (${ids})) AS notes
    FROM tickets WHERE id = :ticketId`,
    { large: true },
  );
}

const PAGES = {
  older: page('list older notes', { beyond: '(created_at, id) < (:at, :noteId)', descending: true }),
  newer: page('list newer notes', { beyond: '(created_at, id) > (:at, :noteId)', descending: false }),
};

type Written = [noteId: string, author: string, content: string, attachments: string, timestamp: string];

/** Notes as the statements have them, one JSON array. */
export function notesOf(json: string): Note[] {
  return (JSON.parse(json) as Written[]).map(([noteId, author, content, attachments, timestamp]) => ({
    noteId,
    author,
    content,
    attachments: JSON.parse(attachments),
    timestamp,
  }));
}

const place = z.tuple([side, storedTime, z.string().regex(/^note_[\w-]{1,64}$/)]);
/** Later than every note. */
const NEWEST = ['older', '9999-12-31T23:59:59.999Z', 'note_'] as const;

/** The cursor of what is on that side of a note. */
export function beside(way: 'older' | 'newer', { timestamp, noteId }: Pick<Note, 'timestamp' | 'noteId'>): string {
  return encodeCursor([way, timestamp, noteId]);
}

/**
 * One page of a ticket's notes, oldest first: the newest, or what comes before or after a place. At most MAX_TEXT_BYTES of
 * text, but one note at least; the cursors go on behind what that has left out.
 *
 * @throws AppError NOT_FOUND; BAD_REQUEST at `cursor` for what no page has given out.
 */
export async function listNotes({ sql }: ReadScope, { ticketId, cursor, limit }: ListNotesInput): Promise<NotePage> {
  const [way, timestamp, noteId] = cursor === undefined ? NEWEST : decodeCursor(cursor, place, NEITHER_WAY);
  if (!isTicketId(ticketId)) throw ticketNotFound();
  const row = await sql.row(PAGES[way], { ticketId, at: new Date(timestamp), noteId, limit });
  if (row === undefined) throw ticketNotFound();
  const notes = notesOf(row.notes);
  const [first = { timestamp, noteId }] = notes;
  const last = notes.at(-1) ?? first;
  const more = row.beyond > notes.length;
  const others = row.total > row.beyond;
  return {
    notes,
    total: row.total,
    older: (way === 'older' ? more : others) ? beside('older', first) : null,
    newer: (way === 'newer' ? more : others) ? beside('newer', last) : null,
  };
}
