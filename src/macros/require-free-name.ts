import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';

/** Runs first where what other macros there are decides: admins change them one after the other. */
export const lockMacros = new Statement<Record<string, never>>('lock macros', ({ exclusive }) => exclusive('macros'));

const selectNamesake = new Statement<{ macroId: string; name: string }>(
  'select macro with the same name',
  'SELECT id FROM macros WHERE name = :name AND id <> :macroId',
);

/** @throws AppError NAME_TAKEN where another macro has the name. */
export async function requireFreeName(sql: Sql, { macroId, name }: { macroId: string; name: string }): Promise<void> {
  if (await sql.row(selectNamesake, { macroId, name })) throw new AppError('NAME_TAKEN');
}
