import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { hasInName, inOrderOfNames, selectNames } from './names.js';
import type { ListMacrosInput, Macro } from './schemas.js';

const selectMacros = new Statement<{ macroIds: string }, Macro>(
  'list macros',
  ({ listed }) => `SELECT id AS "macroId", name, text, updated_at AS "updatedAt" FROM macros
  WHERE id IN (SELECT value FROM ${listed(':macroIds')} AS listed)`,
);

/**
 * Saved replies by name, as people order names; with `name`, those that have this in theirs. Both by Unicode, which the two engines
 * know differently: so all names are read, of which there are MAX_MACROS at most.
 */
export async function listMacros(
  { sql, onPage }: ReadScope,
  { name, cursor, page = cursor ?? 1, limit }: ListMacrosInput,
): Promise<Macro[]> {
  const all = await sql.rows(selectNames, {});
  const found = (name === undefined ? all : all.filter(hasInName(name))).sort(inOrderOfNames);
  onPage({ page, limit, total: found.length });
  const shown = found.slice((page - 1) * limit, page * limit);
  if (shown.length === 0) return [];
  const macros = await sql.rows(selectMacros, { macroIds: JSON.stringify(shown.map(({ id }) => id)) });
  return macros.sort(inOrderOfNames);
}
