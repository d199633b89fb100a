import { isStaff } from '../auth/principal.js';
import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import type { ReadScope } from '../procedure/scope.js';
import { isFileId } from '../schema/ids.js';
import type { FileDetails, GetFileInput } from './schemas.js';

/** Whoever may read the ticket may read its files, but for notes' those of the desk alone; what is attached to nothing is its owner's. */
const selectFile = query(
  'select file',
  { fileId: 'files.id', userId: 'files.user_id', owner: 'tickets.user_id?', now: 'files.expires_at' },
  ({ db, p }) =>
    db
      .selectFrom('files')
      .leftJoin('tickets', 'tickets.id', 'files.ticket_id')
      .select([
        'files.id as fileId',
        'files.name',
        'files.size',
        'files.type',
        'files.user_id as uploadedBy',
        'files.created_at as uploadedAt',
        'files.ticket_id as ticketId',
        'files.expires_at as expiresAt',
      ])
      .where('files.id', '=', p.fileId)
      .where('files.removed_at', 'is', null)
      .where((eb) =>
        eb.or([
          eb.and([eb('files.user_id', '=', p.userId), eb('files.expires_at', '>', p.now)]),
          eb.and([eb('files.ticket_id', 'is not', null), eb(eb.cast(p.owner, 'text'), 'is', null)]),
          eb.and([eb('tickets.user_id', '=', p.owner), eb('files.kind', '<>', 'note')]),
        ]),
      ),
);

/**
 * A file that the principal may read, with a link to its bytes.
 *
 * @throws AppError NOT_FOUND
 */
export async function getFile(
  { db, principal, clock, linkTo }: ReadScope,
  { fileId }: GetFileInput,
): Promise<FileDetails> {
  const { userId } = principal;
  const owner = isStaff(principal) ? null : userId;
  const file = isFileId(fileId) ? await db.row(selectFile, { fileId, userId, owner, now: clock.now() }) : undefined;
  if (file === undefined) throw fileNotFound();
  const { url, expiresAt } = await linkTo(file);
  return { ...file, url, urlExpiresAt: expiresAt.toISOString() };
}

/** The one refusal for missing and for another's. */
export function fileNotFound(): AppError {
  return new AppError('NOT_FOUND', { message: 'File not found' });
}
