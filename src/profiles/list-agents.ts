import type { ReadScope } from '../procedure/scope.js';
import { fold } from '../schema/fold.js';
import { toProfile } from './profile-row.js';
import type { ListAgentsInput, Profile } from './schemas.js';

/** Most agents that are looked through: as many as the figures show. */
const MAX_AGENTS = 1_000;
/** Of no language: English is what Unicode's root order is. */
const ORDER = new Intl.Collator('en', { numeric: true });

/**
 * Agents and admins by name, for whoever assigns; with `name`, those that have this in their name, address or id. By Unicode, which
 * the two engines know differently: so the MAX_AGENTS that were imported last are read.
 */
export async function listAgents({ db }: ReadScope, { name, limit }: ListAgentsInput): Promise<Profile[]> {
  const rows = await db.profile.findMany({
    where: { role: { in: ['agent', 'admin'] } },
    orderBy: [{ updatedAt: 'desc' }, { userId: 'asc' }],
    take: MAX_AGENTS,
  });
  const wanted = name === undefined ? '' : fold(name);
  return rows
    .filter((row) => [row.name, row.email ?? '', row.userId].some((one) => fold(one).includes(wanted)))
    .sort((a, b) => ORDER.compare(a.name, b.name) || (a.userId < b.userId ? -1 : 1))
    .slice(0, limit)
    .map(toProfile);
}
