import { AppError } from '../errors/app-error.js';
import type { TransactionScope } from '../procedure/scope.js';
import { isStorable } from '../schema/text.js';
import type { DeletedProfile, DeleteProfileInput } from './schemas.js';

/**
 * Forgets what somebody is called: they are shown by their id again. Their tickets stay.
 *
 * @throws AppError NOT_FOUND
 */
export async function deleteProfile({ db }: TransactionScope, { userId }: DeleteProfileInput): Promise<DeletedProfile> {
  const { count } = isStorable(userId) ? await db.profile.deleteMany({ where: { userId } }) : { count: 0 };
  if (count === 0) throw new AppError('NOT_FOUND', { message: 'Profile not found' });
  return { userId };
}
