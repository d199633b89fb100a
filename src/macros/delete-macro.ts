import { Statement } from '../db/sql/statement.js';
import type { WriteScope } from '../procedure/scope.js';
import { isStorable } from '../schema/text.js';
import { macroNotFound } from './find-macro.js';
import type { DeletedMacro, DeleteMacroInput } from './schemas.js';

const deleteRow = new Statement<{ macroId: string }>('delete macro', 'DELETE FROM macros WHERE id = :macroId');

/**
 * Deletes a saved reply. What was sent with it stays.
 *
 * @throws AppError NOT_FOUND
 */
export async function deleteMacro({ sql }: WriteScope, { macroId }: DeleteMacroInput): Promise<DeletedMacro> {
  const deleted = isStorable(macroId) ? await sql.run(deleteRow, { macroId }) : 0;
  if (deleted === 0) throw macroNotFound();
  return { macroId };
}
