import type { ReadScope } from '../procedure/scope.js';
import { SHOWN, toMacro } from './macro-row.js';
import { hasInName, inOrderOfNames } from './names.js';
import type { ListMacrosInput, Macro } from './schemas.js';

/**
 * Saved replies by name, as people order names; with `name`, those that have this in theirs. Both by Unicode, which the two engines
 * know differently: so all names are read, of which there are MAX_MACROS at most.
 */
export async function listMacros(
  { db, onPage }: ReadScope,
  { name, cursor, page = cursor ?? 1, limit }: ListMacrosInput,
): Promise<Macro[]> {
  const all = await db.macro.findMany({ select: { id: true, name: true } });
  const found = (name === undefined ? all : all.filter(hasInName(name))).sort(inOrderOfNames);
  onPage({ page, limit, total: found.length });
  const shown = found.slice((page - 1) * limit, page * limit);
  if (shown.length === 0) return [];
  const macros = await db.macro.findMany({ where: { id: { in: shown.map(({ id }) => id) } }, select: SHOWN });
  return macros.sort(inOrderOfNames).map(toMacro);
}
