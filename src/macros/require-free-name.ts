import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';

const lockMacros = new Statement<Record<string, never>>('lock macros', ({ exclusive }) => exclusive('macros'));

const selectNamesake = new Statement<{ macroId: string; name: string }>(
  'select macro with the same name',
  'SELECT id FROM macros WHERE name = :name AND id <> :macroId',
);

/**
 * Makes the other admins wait, so that what it says stays true until the transaction ends. First in it.
 *
 * @throws AppError NAME_TAKEN where another macro has the name.
 */
export async function requireFreeName(sql: Sql, macro: { macroId: string; name: string }): Promise<void> {
  await sql.rows(lockMacros, {});
  const { macroId, name } = macro;
  if (await sql.row(selectNamesake, { macroId, name })) throw new AppError('NAME_TAKEN');
}
