import type { TransactionScope } from '../procedure/scope.js';
import { isStorable } from '../schema/text.js';
import { macroNotFound } from './macro-row.js';
import type { DeletedMacro, DeleteMacroInput } from './schemas.js';

/**
 * Deletes a saved reply. What was sent with it stays.
 *
 * @throws AppError NOT_FOUND
 */
export async function deleteMacro({ db }: TransactionScope, { macroId }: DeleteMacroInput): Promise<DeletedMacro> {
  const { count } = isStorable(macroId) ? await db.macro.deleteMany({ where: { id: macroId } }) : { count: 0 };
  if (count === 0) throw macroNotFound();
  return { macroId };
}
