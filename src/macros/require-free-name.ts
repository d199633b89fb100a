import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import { isSameName } from '../schema/fold.js';

/** Runs first where what other macros there are decides: admins change them one after the other. */
export const lockMacros = new Statement<Record<string, never>>('lock macros', ({ exclusive }) => exclusive('macros'));

/** There are few: how people compare names is nothing for an index. */
const selectNames = new Statement<Record<string, never>, { macroId: string; name: string }>(
  'select names of macros',
  'SELECT id AS "macroId", name FROM macros',
);

/** @throws AppError NAME_TAKEN where another macro has what people take for the same name, unless this one has it already. */
export async function requireFreeName(sql: Sql, { macroId, name }: { macroId: string; name: string }): Promise<void> {
  const macros = await sql.rows(selectNames, {});
  if (macros.some((macro) => macro.macroId === macroId && macro.name === name)) return;
  if (macros.some((macro) => macro.macroId !== macroId && isSameName(macro.name, name)))
    throw new AppError('NAME_TAKEN');
}
