import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import type { WriteScope } from '../procedure/scope.js';
import { isFileId } from '../schema/ids.js';

const LISTED = { fileIds: 'text' } as const;

/** In the order of their ids: two that attach the same files wait for each other in one place. */
const lockFiles = query(
  'lock files to attach',
  { ...LISTED, userId: 'files.user_id', now: 'files.expires_at' },
  ({ db, p, listed, lockRow }) =>
    db
      .selectFrom('files')
      .select('id as fileId')
      .where('id', 'in', (eb) => eb.selectFrom(listed(p.fileIds).as('listed')).select('value'))
      .where('user_id', '=', p.userId)
      .where('ticket_id', 'is', null)
      .where('removed_at', 'is', null)
      .where('expires_at', '>', p.now)
      .orderBy('id')
      .$call(lockRow),
);

const attachLocked = query(
  'attach files',
  { ...LISTED, ticketId: 'tickets.id', kind: 'files.kind', sourceId: 'files.source_id' },
  ({ db, p, listed }) =>
    db
      .updateTable('files')
      .set({ ticket_id: p.ticketId, kind: p.kind, source_id: p.sourceId, expires_at: null })
      .where('id', 'in', (eb) => eb.selectFrom(listed(p.fileIds).as('listed')).select('value')),
);

interface Target {
  ticketId: string;
  kind: 'ticket' | 'message' | 'note';
  /** Of the ticket, message or note. */
  sourceId: string;
}

/** Whether any of the ids is of a file of ours: then attaching them takes statements of their own. */
export function hasOwnFiles({ attachments }: { attachments: readonly string[] }): boolean {
  return attachments.length > 0 && attachments.some(isFileId);
}

/**
 * Attaches those of the ids that are of our shape, in the transaction of what they are attached to, which has been written
 * before. Any other id is the host's own, and nothing happens to it.
 *
 * @throws AppError BAD_REQUEST at each of them that is not a file of the principal's own, attached to nothing, not expired, and named
 * once. For a missing one and another's it is the same.
 */
export async function attachFiles(
  { db, principal, clock }: Pick<WriteScope, 'db' | 'principal' | 'clock'>,
  attachments: readonly string[],
  target: Target,
): Promise<void> {
  if (!hasOwnFiles({ attachments })) return;
  const fileIds = JSON.stringify([...new Set(attachments.filter(isFileId))].sort());
  const found = await db.rows(lockFiles, { fileIds, userId: principal.userId, now: clock.now() });
  const free = new Set(found.map(({ fileId }) => fileId));
  const details = attachments.flatMap((id, index) => {
    // Each only once, also within this list.
    if (!isFileId(id) || free.delete(id)) return [];
    return [{ path: `attachments.${index}`, message: 'Must be a file of yours that is attached to nothing yet' }];
  });
  if (details.length > 0) throw new AppError('BAD_REQUEST', { details });
  await db.run(attachLocked, { fileIds, ...target });
}
