import { z } from 'zod';
import { isStaff } from '../auth/principal.js';
import { fragment } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { encodeCursor, placeAfter } from '../schema/cursor.js';
import { isFileId } from '../schema/ids.js';
import type { ListTicketFilesInput, TicketFilePage } from './schemas.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from './visible-ticket.js';

const selectVisible = query('ticket of files', VISIBLE, ({ db, p }) =>
  db.selectFrom('tickets').select('id').where(isVisible(p)),
);

function page(name: string, kinds: ('ticket' | 'message' | 'note')[]) {
  return query(name, { ticketId: 'tickets.id', after: 'files.id', limit: 'number' }, ({ db, p }) =>
    db
      .selectFrom('files')
      .select((eb) => [
        'id as fileId',
        'name',
        'size',
        'type',
        'user_id as uploadedBy',
        'created_at as uploadedAt',
        eb.ref('kind').$notNull().as('attachedTo'),
        eb.ref('source_id').$notNull().as('sourceId'),
      ])
      .where('ticket_id', '=', p.ticketId)
      .where('id', '>', p.after)
      .where('removed_at', 'is', null)
      .where((eb) => eb.or(kinds.map((kind) => eb('kind', '=', fragment.lit(kind)))))
      .orderBy('id')
      .limit(p.limit),
  );
}

/** A note's are the desk's alone. */
const PAGES = {
  customer: page('list files of ticket', ['ticket', 'message']),
  desk: page('list files of ticket for the desk', ['ticket', 'message', 'note']),
};

const place = z.tuple([z.string().refine(isFileId)]);

/**
 * One page of the files of a ticket, in the order in which they were uploaded. A customer's own ticket, or any for the desk.
 *
 * @throws AppError NOT_FOUND; BAD_REQUEST at the name of the place for what no page has given out.
 */
export async function listTicketFiles(
  { db, principal }: ReadScope,
  { ticketId, limit, ...sent }: ListTicketFilesInput,
): Promise<TicketFilePage> {
  const [after] = placeAfter(sent, place) ?? [''];
  if ((await db.row(selectVisible, visibleTicket(principal, ticketId))) === undefined) throw ticketNotFound();
  const pages = isStaff(principal) ? PAGES.desk : PAGES.customer;
  const found = await db.rows(pages, { ticketId, after, limit: limit + 1 });
  const files = found.slice(0, limit);
  const last = files.at(-1);
  return { files, next: found.length > limit && last !== undefined ? encodeCursor([last.fileId]) : null };
}
