import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import { isStorable } from '../schema/text.js';
import type { Macro } from './schemas.js';

const selectMacro = new Statement<{ macroId: string }, Macro>(
  'select macro',
  'SELECT id AS "macroId", name, text, updated_at AS "updatedAt" FROM macros WHERE id = :macroId',
);

/** @throws AppError NOT_FOUND */
export async function findMacro(sql: Sql, macroId: string): Promise<Macro> {
  const found = isStorable(macroId) ? await sql.row(selectMacro, { macroId }) : undefined;
  if (found === undefined) throw macroNotFound();
  return found;
}

export function macroNotFound(): AppError {
  return new AppError('NOT_FOUND', { message: 'Macro not found' });
}
