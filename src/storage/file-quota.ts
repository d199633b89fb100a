import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { AppError } from '../errors/app-error.js';

const DAY_MS = 86_400_000;

/** How long a file may be attached to nothing. */
export const UNATTACHED_MS = DAY_MS;

/** Most files of one user that are attached to nothing. */
export const MAX_UNATTACHED = 20;

/** Of files that are not attached it is the same day: both figures are of one range of an index. */
const selectUse = query(
  'select use of file quota',
  { userId: 'files.user_id', since: 'files.created_at', now: 'files.expires_at' },
  ({ db, p }) =>
    db
      .selectFrom('files')
      .select((eb) => [
        eb.fn.coalesce(eb.fn.sum<number>('size'), eb.lit(0)).as('bytes'),
        eb.fn.min('created_at').as('firstAt'),
        eb.fn.countAll<number>().filterWhere('expires_at', '>', p.now).as('unattached'),
        eb.fn.min('expires_at').filterWhere('expires_at', '>', p.now).as('expiresAt'),
      ])
      .where('user_id', '=', p.userId)
      .where('created_at', '>', p.since)
      .where('removed_at', 'is', null),
);

interface Upload {
  userId: string;
  /** Its bytes; 0 where nobody knows yet. */
  size: number;
  now: Date;
}

interface Quota {
  unattached: number;
  bytesPerDay: number;
}

/** @throws AppError TOO_MANY_REQUESTS if the user has uploaded as much as they may, or would have with this file. */
export async function requireFileQuota(sql: Sql, { userId, size, now }: Upload, quota: Quota): Promise<void> {
  const since = new Date(now.getTime() - DAY_MS);
  const use = await sql.row(selectUse, { userId, since, now });
  if (use === undefined) throw new TypeError('An aggregate has a row');
  if (use.unattached >= quota.unattached) {
    const until = use.expiresAt === null ? DAY_MS : Date.parse(use.expiresAt) - now.getTime();
    throw refusal(`${quota.unattached} files of yours are attached to nothing yet: attach or delete some`, until);
  }
  if (quota.bytesPerDay > 0 && use.bytes + size > quota.bytesPerDay) {
    const until = use.firstAt === null ? DAY_MS : Date.parse(use.firstAt) + DAY_MS - now.getTime();
    throw refusal(`You may upload ${quota.bytesPerDay} bytes of files in 24 hours, and this would be more`, until);
  }
}

function refusal(message: string, untilMs: number): AppError {
  return new AppError('TOO_MANY_REQUESTS', { message, retryAfterSeconds: Math.max(1, Math.ceil(untilMs / 1000)) });
}
