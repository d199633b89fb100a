import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import type { ListMacrosInput, Macro } from './schemas.js';

const selectMacros = new Statement<{ limit: number; skip: number }, Macro>(
  'list macros',
  `SELECT id AS "macroId", name, text, updated_at AS "updatedAt" FROM macros ORDER BY name LIMIT :limit OFFSET :skip`,
);

const countMacros = new Statement<Record<string, never>, { total: number }>(
  'count macros',
  'SELECT count(*) AS total FROM macros',
);

/** Beyond any table; keeps a page number that no offset can hold away from the engine. */
const MAX_SKIP = 2 ** 31;

/** Saved replies by name. */
export async function listMacros(
  { sql, onPage }: ReadScope,
  { cursor, page = cursor ?? 1, limit }: ListMacrosInput,
): Promise<Macro[]> {
  const rows = await sql.rows(selectMacros, { limit, skip: Math.min((page - 1) * limit, MAX_SKIP) });
  const counted = await sql.row(countMacros, {});
  onPage({ page, limit, total: counted?.total ?? 0 });
  return rows;
}
