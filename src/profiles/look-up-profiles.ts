import type { ReadScope } from '../procedure/scope.js';
import { toProfile } from './profile-row.js';
import type { LookUpProfilesInput, Profile } from './schemas.js';

/** What is known of these people, by their ids; who has no profile is left out. */
export async function lookUpProfiles({ db }: ReadScope, { userIds }: LookUpProfilesInput): Promise<Profile[]> {
  if (userIds.length === 0) return [];
  const rows = await db.profile.findMany({ where: { userId: { in: userIds } }, orderBy: { userId: 'asc' } });
  return rows.map(toProfile);
}
