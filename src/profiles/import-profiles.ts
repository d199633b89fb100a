import type { TransactionScope } from '../procedure/scope.js';
import type { ImportedProfiles, ImportProfilesInput } from './schemas.js';

/** Sets what people are called, in the place of what was known of them. */
export async function importProfiles(
  { db, clock }: TransactionScope,
  { profiles }: ImportProfilesInput,
): Promise<ImportedProfiles> {
  const updatedAt = clock.now();
  const byId = new Map(profiles.map((profile) => [profile.userId, profile]));
  // In one order, so that no two imports wait for each other.
  const people = [...byId.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  for (const { userId, ...said } of people) {
    const data = { ...said, updatedAt };
    await db.profile.upsert({ where: { userId }, create: { userId, ...data }, update: data });
  }
  return { imported: people.length };
}
