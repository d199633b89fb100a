import { Statement } from '../db/sql/statement.js';
import type { WriteScope } from '../procedure/scope.js';
import { newId } from '../schema/ids.js';
import { lockMacros, requireFreeName } from './require-free-name.js';
import { requireRoom } from './require-room.js';
import type { CreateMacroInput, Macro } from './schemas.js';

const insertMacro = new Statement<Record<'macroId' | 'name' | 'text', string> & { now: Date }>(
  'insert macro',
  'INSERT INTO macros (id, name, text, created_at, updated_at) VALUES (:macroId, :name, :text, :now, :now)',
);

/**
 * Saves a reply for all agents.
 *
 * @throws AppError NAME_TAKEN; TOO_MANY_MACROS
 */
export async function createMacro({ sql, clock }: WriteScope, { name, text }: CreateMacroInput): Promise<Macro> {
  const macro = { macroId: newId('macro'), name, text };
  const now = clock.now();
  await sql.rows(lockMacros, {});
  await requireFreeName(sql, macro);
  await sql.run(insertMacro, { ...macro, now });
  await requireRoom(sql);
  return { ...macro, updatedAt: now.toISOString() };
}
