import { fragment } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { UploadScope } from '../procedure/scope.js';
import { requireFileQuota, UNATTACHED_MS } from '../storage/file-quota.js';
import type { UploadedFile, UploadFileInput } from './schemas.js';

/** Uploads of one user are counted one after another, whatever instances they come to. */
const lockUploader = query(
  'lock uploader',
  { userId: 'files.user_id' },
  ({ p, lockUser }) => fragment<{ locked: unknown }>`SELECT 1 AS locked WHERE ${lockUser(p.userId)}`,
);

const insertFile = query(
  'insert file',
  {
    fileId: 'files.id',
    userId: 'files.user_id',
    name: 'files.name',
    size: 'files.size',
    type: 'files.type',
    sha256: 'files.sha256',
    now: 'files.created_at',
    expiresAt: 'files.expires_at',
  },
  ({ db, p }) =>
    db.insertInto('files').values({
      id: p.fileId,
      user_id: p.userId,
      name: p.name,
      size: p.size,
      type: p.type,
      sha256: p.sha256,
      created_at: p.now,
      expires_at: p.expiresAt,
    }),
);

/**
 * Makes a file of what was stored under its id: the principal's own, attached to nothing yet.
 *
 * @throws AppError TOO_MANY_REQUESTS beyond what one user may upload.
 */
export async function uploadFile(
  { db, principal, clock, upload, fileQuota }: UploadScope,
  _input: UploadFileInput,
): Promise<UploadedFile> {
  const { userId } = principal;
  const { fileId, name, size, type, sha256 } = upload;
  await db.row(lockUploader, { userId });
  const now = clock.now();
  await requireFileQuota(db, { userId, size, now }, fileQuota);
  const expiresAt = new Date(now.getTime() + UNATTACHED_MS);
  await db.run(insertFile, { fileId, userId, name, size, type, sha256, now, expiresAt });
  return { fileId, name, size, type, expiresAt: expiresAt.toISOString() };
}
