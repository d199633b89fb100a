import { Statement } from '../db/sql/statement.js';
import type { WriteScope } from '../procedure/scope.js';
import { isStorable } from '../schema/text.js';
import { macroNotFound } from './find-macro.js';
import { lockMacros, requireFreeName } from './require-free-name.js';
import { requireRoom } from './require-room.js';
import type { ChangeMacroInput, Macro } from './schemas.js';

const updateMacro = new Statement<{ macroId: string; name: string | null; text: string | null; now: Date }, Macro>(
  'update macro',
  ({ later }) => `
  UPDATE macros
  SET name = COALESCE(CAST(:name AS text), name), text = COALESCE(CAST(:text AS text), text),
      updated_at = ${later('updated_at', ':now')}
  WHERE id = :macroId
  RETURNING id AS "macroId", name, text, updated_at AS "updatedAt"`,
);

/**
 * Gives a saved reply another name or text; what is not given stays. What was sent with it stays as it was.
 *
 * @throws AppError NOT_FOUND; NAME_TAKEN; TOO_MANY_MACROS
 */
export async function changeMacro(
  { sql, clock }: WriteScope,
  { macroId, name, text }: ChangeMacroInput,
): Promise<Macro> {
  if (!isStorable(macroId)) throw macroNotFound();
  await sql.rows(lockMacros, {});
  if (name !== undefined) await requireFreeName(sql, { macroId, name });
  const changed = await sql.row(updateMacro, { macroId, name: name ?? null, text: text ?? null, now: clock.now() });
  if (changed === undefined) throw macroNotFound();
  await requireRoom(sql);
  return changed;
}
