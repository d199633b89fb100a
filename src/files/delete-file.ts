import { isStaff } from '../auth/principal.js';
import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { recordEvent } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { isFileId } from '../schema/ids.js';
import { annotateTicket, nextEventAt } from '../tickets/event-time.js';
import { fileNotFound } from './get-file.js';
import type { DeletedFile, GetFileInput } from './schemas.js';

/** The ticket before the file, as everybody takes them. */
const selectTicket = query('ticket of file', { fileId: 'files.id' }, ({ db, p }) =>
  db.selectFrom('files').select('ticket_id as ticketId').where('id', '=', p.fileId).where('removed_at', 'is', null),
);

const lockTicket = query(
  'lock ticket of file',
  { ticketId: 'tickets.id', owner: 'tickets.user_id?' },
  ({ db, p, lockRow }) =>
    db
      .selectFrom('tickets')
      .select('id')
      .where('id', '=', p.ticketId)
      .where((eb) => eb.or([eb(eb.cast(p.owner, 'text'), 'is', null), eb('user_id', '=', p.owner)]))
      .$call(lockRow),
);

const WHOSE = { fileId: 'files.id', ticketId: 'files.ticket_id?', userId: 'files.user_id?' } as const;

/** One that is attached where it was found to be, or one's own that is attached to nothing still. */
const markRemoved = query('remove file', { ...WHOSE, now: 'files.removed_at' }, ({ db, p }) =>
  db
    .updateTable('files')
    .set({ removed_at: p.now })
    .where('id', '=', p.fileId)
    .where('removed_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('ticket_id', '=', p.ticketId),
        eb.and([eb(eb.cast(p.ticketId, 'text'), 'is', null), eb('ticket_id', 'is', null)]),
      ]),
    )
    .where((eb) => eb.or([eb(eb.cast(p.userId, 'text'), 'is', null), eb('user_id', '=', p.userId)]))
    .returning(['kind', 'name']),
);

const touchTicket = query(
  'touch ticket of file',
  { ticketId: 'tickets.id', now: 'tickets.updated_at' },
  ({ db, p, ...fragments }) =>
    db
      .updateTable('tickets')
      .set((eb) => ({ version: eb('version', '+', 1), updated_at: nextEventAt(fragments, p.now) }))
      .where('id', '=', p.ticketId)
      .returning('updated_at as removedAt'),
);

/**
 * Removes a file for good: the desk any that is attached, everybody else those that they have uploaded themselves, also where the
 * ticket is closed. Nobody can read it from then on, and its bytes are removed within a minute. Its id stays where it was attached.
 *
 * @throws AppError NOT_FOUND, also for what is not theirs.
 */
export async function deleteFile(scope: WriteScope, { fileId }: GetFileInput): Promise<DeletedFile> {
  const { db, principal, clock } = scope;
  const found = isFileId(fileId) ? await db.row(selectTicket, { fileId }) : undefined;
  if (found === undefined) throw fileNotFound();
  const { ticketId } = found;
  const isDesk = isStaff(principal);
  const now = clock.now();
  if (ticketId !== null) {
    const owner = isDesk ? null : principal.userId;
    if ((await db.row(lockTicket, { ticketId, owner })) === undefined) throw fileNotFound();
  }
  const userId = isDesk && ticketId !== null ? null : principal.userId;
  const removed = await db.row(markRemoved, { fileId, ticketId, userId, now });
  if (removed === undefined) throw fileNotFound();
  if (ticketId !== null) {
    // Of a note's files its customer knows nothing.
    const at = removed.kind === 'note' ? await annotated(db, { ticketId, now }) : await touched(db, { ticketId, now });
    const { name } = removed;
    const [before, after] = [
      { fileId, name },
      { fileId: null, name: null },
    ];
    await recordEvent(scope, { ticketId, type: 'file.removed', before, after, at });
  }
  return { fileId };
}

async function annotated(db: Sql, ticket: { ticketId: string; now: Date }): Promise<Date> {
  const row = await db.row(annotateTicket, ticket);
  if (row === undefined) throw fileNotFound();
  return new Date(row.annotatedAt);
}

async function touched(db: Sql, ticket: { ticketId: string; now: Date }): Promise<Date> {
  const row = await db.row(touchTicket, ticket);
  if (row === undefined) throw fileNotFound();
  return new Date(row.removedAt);
}
