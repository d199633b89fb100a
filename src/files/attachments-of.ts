import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { isFileId } from '../schema/ids.js';
import type { Attachment } from './schemas.js';

const selectAttached = query(
  'select attached files',
  { ticketId: 'tickets.id', fileIds: 'text' },
  ({ db, p, listed }) =>
    db
      .selectFrom('files')
      .select(['id as fileId', 'name', 'size', 'type'])
      .where('id', 'in', (eb) => eb.selectFrom(listed(p.fileIds).as('listed')).select('value'))
      .where('ticket_id', '=', p.ticketId)
      .where('removed_at', 'is', null),
);

interface WithAttachments {
  readonly attachments: string[];
}

/**
 * Makes the function that tells what is known of attachments, in their order. Looks at the database where one of these ids is
 * of our shape, once for all; and not at all where none is.
 */
export async function filesAmong(
  db: Sql,
  ticketId: string,
  ids: readonly string[],
): Promise<<T extends WithAttachments>(item: T) => T & { files: Attachment[] }> {
  const fileIds = ids.filter(isFileId);
  const found =
    fileIds.length === 0 ? [] : await db.rows(selectAttached, { ticketId, fileIds: JSON.stringify(fileIds) });
  const files = new Map(found.map((file) => [file.fileId, { ...file, stored: true }]));
  const describe = (fileId: string): Attachment =>
    files.get(fileId) ?? { fileId, stored: false, name: null, size: null, type: null };
  return (item) => ({ ...item, files: item.attachments.map(describe) });
}

/** The same for items of one list. */
export async function withFiles<T extends WithAttachments>(
  db: Sql,
  ticketId: string,
  items: readonly T[],
): Promise<(T & { files: Attachment[] })[]> {
  const ids = items.flatMap(({ attachments }) => attachments);
  return items.map(await filesAmong(db, ticketId, ids));
}
