import { z } from 'zod';
import type { Db } from '../db/sql/db.js';
import type { Fragments } from '../db/sql/fragments.js';
import type { ExpressionBuilder } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import type { Tables } from '../db/sql/tables.js';
import { withFiles } from '../files/attachments-of.js';
import type { ReadScope } from '../procedure/scope.js';
import { decodeCursor, encodeCursor, NEITHER_WAY, type Side, side as sideSchema } from '../schema/cursor.js';
import { isTicketId } from '../schema/ids.js';
import { storedTime } from '../schema/time.js';
import {
  NEWER,
  type Nearest,
  nearestIds,
  OLDER,
  piece,
  type Way,
  WITH_TICKET,
  wholePage,
} from '../tickets/conversation.js';
import { ticketNotFound } from '../tickets/visible-ticket.js';
import type { ListNotesInput, Note, NotePage } from './schemas.js';

/** The columns that notes are ordered by. */
const IN_ORDER = ['created_at', 'id'] as const;

/** The notes of all tickets, for nearestIds(). */
export function measuredNotes(db: Db) {
  return db
    .selectFrom('notes')
    .select((eb) => ['id', 'created_at', eb.fn<number>('octet_length', ['content']).as('bytes')]);
}

/** The first notes of those chosen, as far as little text goes, as one JSON array for readNotes(). */
export function notesNear(
  db: Db,
  chosen: ReturnType<typeof measuredNotes>,
  { descending, limit }: Nearest,
  { jsonArray, jsonTuple, isoTime }: Pick<Fragments, 'jsonArray' | 'jsonTuple' | 'isoTime'>,
) {
  const ids = nearestIds(chosen, { columns: IN_ORDER, descending, limit, fits: WITH_TICKET });
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

/** What is near to a place on one side of it, with the numbers of all: of most pages all that there is. */
function near(name: string, { beyond, descending }: Way) {
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
            notesNear(db, chosen, { descending, limit: p.limit }, fragments).as('near'),
          ];
        })
        .where('id', '=', p.ticketId);
    },
  );
}

const NEAR = {
  older: near('list older notes', OLDER),
  newer: near('list newer notes', NEWER),
};

/** Notes of a ticket beyond a place, oldest first. They never change: it doesn't matter that it is a moment later. */
function beyond(name: string, { beyond, descending }: Way) {
  return query(
    name,
    { ticketId: 'notes.ticket_id', at: 'notes.created_at', noteId: 'notes.id', limit: 'number', room: 'number' },
    ({ db, p }) => {
      const chosen = measuredNotes(db)
        .where('ticket_id', '=', p.ticketId)
        .where((eb) => eb(eb.refTuple('created_at', 'id'), beyond, eb.tuple(p.at, p.noteId)));
      return db
        .selectFrom('notes')
        .select(['id as noteId', 'author', 'content', 'attachments', 'created_at as createdAt'])
        .where('id', 'in', nearestIds(chosen, { columns: IN_ORDER, descending, limit: p.limit, fits: piece(p.room) }))
        .orderBy('created_at')
        .orderBy('id');
    },
    { large: true },
  );
}

const BEYOND = {
  older: beyond('select older notes', OLDER),
  newer: beyond('select newer notes', NEWER),
};

type Written = [noteId: string, author: string, content: string, attachments: string, createdAt: string];

type Place = Pick<Note, 'timestamp' | 'noteId'>;

/** Where a page of a ticket's notes is. */
interface Page {
  ticketId: string;
  side: Side;
  /** What it is beyond. */
  place: Place;
  /** How many it may have, and there are. */
  most: number;
}

/** A page of notes, oldest first: those that came with the look at their ticket, and what is beyond them. */
export async function readNotes(
  db: Sql,
  near: string,
  { ticketId, side, place, most }: Page,
): Promise<Omit<Note, 'files'>[]> {
  const found = (JSON.parse(near) as Written[]).map(([noteId, author, content, attachments, createdAt]) => ({
    noteId,
    author,
    content,
    attachments,
    createdAt,
  }));
  const notes = await wholePage(side, found, most, (edge, bounds) => {
    const at = new Date(edge?.createdAt ?? place.timestamp);
    return db.rows(BEYOND[side], { ticketId, at, noteId: edge?.noteId ?? place.noteId, ...bounds });
  });
  return notes.map(({ attachments, createdAt, ...note }) => ({
    ...note,
    attachments: JSON.parse(attachments) as string[],
    timestamp: createdAt,
  }));
}

const placeSchema = z.tuple([sideSchema, storedTime, z.string().regex(/^note_[\w-]{1,64}$/)]);

/** Later than every note. */
export const AFTER_ALL_NOTES: Place = { timestamp: '9999-12-31T23:59:59.999Z', noteId: 'note_' };

/** The cursor of what is on that side of a note. */
export function beside(side: Side, { timestamp, noteId }: Place): string {
  return encodeCursor([side, timestamp, noteId]);
}

/**
 * One page of a ticket's notes, oldest first: the newest, or what comes before or after a place. At most MAX_TEXT_BYTES of
 * text, but one note at least; the cursors go on behind what that has left out.
 *
 * @throws AppError NOT_FOUND; BAD_REQUEST at `cursor` for what no page has given out.
 */
export async function listNotes({ db }: ReadScope, { ticketId, cursor, limit }: ListNotesInput): Promise<NotePage> {
  const [side, timestamp, noteId] =
    cursor === undefined
      ? (['older', AFTER_ALL_NOTES.timestamp, AFTER_ALL_NOTES.noteId] as const)
      : decodeCursor(cursor, placeSchema, NEITHER_WAY);
  const place = { timestamp, noteId };
  if (!isTicketId(ticketId)) throw ticketNotFound();
  const row = await db.row(NEAR[side], { ticketId, at: new Date(timestamp), noteId, limit });
  if (row === undefined) throw ticketNotFound();
  const notes = await readNotes(db, row.near, { ticketId, side, place, most: Math.min(limit, row.beyond) });
  const [first = place] = notes;
  const last = notes.at(-1) ?? first;
  const more = row.beyond > notes.length;
  const others = row.total > row.beyond;
  return {
    notes: await withFiles(db, ticketId, notes),
    total: row.total,
    older: (side === 'older' ? more : others) ? beside('older', first) : null,
    newer: (side === 'newer' ? more : others) ? beside('newer', last) : null,
  };
}
