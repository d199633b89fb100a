import { z } from 'zod';
import type { Db } from '../db/sql/db.js';
import type { Fragments } from '../db/sql/fragments.js';
import type { Expression, ExpressionBuilder } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';
import { withFiles } from '../files/attachments-of.js';
import type { ReadScope } from '../procedure/scope.js';
import { decodeCursor, encodeCursor, NEITHER_WAY, side } from '../schema/cursor.js';
import { isTicketId } from '../schema/ids.js';
import { storedTime } from '../schema/time.js';
import { nearestIds } from '../tickets/conversation.js';
import { ticketNotFound } from '../tickets/visible-ticket.js';
import type { ListNotesInput, Note, NotePage } from './schemas.js';

/** The columns that notes are ordered by. */
export const NOTES_IN_ORDER = { columns: ['created_at', 'id'] } as const;

/** The notes of all tickets, for nearestIds(). */
export function measuredNotes(db: Db) {
  return db
    .selectFrom('notes')
    .select((eb) => ['id', 'created_at', eb.fn<number>('octet_length', ['content']).as('bytes')]);
}

/** Notes by their ids, as one JSON array for notesOf(). */
export function notesIn(
  db: Db,
  ids: Expression<string>,
  { jsonArray, jsonTuple, isoTime }: Pick<Fragments, 'jsonArray' | 'jsonTuple' | 'isoTime'>,
) {
  return db
    .selectFrom('notes')
    .select((eb) =>
      jsonArray(
        jsonTuple(
          eb.ref('id'),
          eb.ref('author'),
          eb.ref('content'),
          eb.cast(eb.ref('attachments'), 'text'),
          isoTime(eb.ref('created_at')),
        ),
        eb.ref('created_at'),
        eb.ref('id'),
      ).as('notes'),
    )
    .where('id', 'in', ids)
    .$asScalar()
    .$notNull();
}

/** A page on one side of a place: one look at the database. */
function page(name: string, { beyond, descending }: { beyond: '<' | '>'; descending: boolean }) {
  return query(
    name,
    { ticketId: 'tickets.id', at: 'notes.created_at', noteId: 'notes.id', limit: 'number' },
    ({ db, p, ...fragments }) => {
      const isBeyond = (eb: ExpressionBuilder<Tables, 'notes'>) =>
        eb(eb.refTuple('notes.created_at', 'notes.id'), beyond, eb.tuple(p.at, p.noteId));
      return db
        .selectFrom('tickets')
        .select((tickets) => {
          const count = tickets
            .selectFrom('notes')
            .select((notes) => notes.fn.countAll<number>().as('count'))
            .whereRef('ticket_id', '=', 'tickets.id');
          const chosen = measuredNotes(db).where('ticket_id', '=', tickets.ref('tickets.id')).where(isBeyond);
          return [
            count.$asScalar().$notNull().as('total'),
            // How many there are on that side of the place.
            count.where(isBeyond).$asScalar().$notNull().as('beyond'),
            notesIn(db, nearestIds(chosen, { ...NOTES_IN_ORDER, descending, limit: p.limit }), fragments).as('notes'),
          ];
        })
        .where('id', '=', p.ticketId);
    },
    { large: true },
  );
}

const PAGES = {
  older: page('list older notes', { beyond: '<', descending: true }),
  newer: page('list newer notes', { beyond: '>', descending: false }),
};

type Written = [noteId: string, author: string, content: string, attachments: string, timestamp: string];

/** Notes as the statements have them, one JSON array. */
export function notesOf(json: string): Omit<Note, 'files'>[] {
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
export async function listNotes({ db }: ReadScope, { ticketId, cursor, limit }: ListNotesInput): Promise<NotePage> {
  const [way, timestamp, noteId] = cursor === undefined ? NEWEST : decodeCursor(cursor, place, NEITHER_WAY);
  if (!isTicketId(ticketId)) throw ticketNotFound();
  const row = await db.row(PAGES[way], { ticketId, at: new Date(timestamp), noteId, limit });
  if (row === undefined) throw ticketNotFound();
  const notes = notesOf(row.notes);
  const [first = { timestamp, noteId }] = notes;
  const last = notes.at(-1) ?? first;
  const more = row.beyond > notes.length;
  const others = row.total > row.beyond;
  return {
    notes: await withFiles(db, ticketId, notes),
    total: row.total,
    older: (way === 'older' ? more : others) ? beside('older', first) : null,
    newer: (way === 'newer' ? more : others) ? beside('newer', last) : null,
  };
}
