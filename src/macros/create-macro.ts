import { refuseTaken } from '../db/models/refuse-taken.js';
import type { TransactionScope } from '../procedure/scope.js';
import { nameKey } from '../schema/fold.js';
import { newId } from '../schema/ids.js';
import { SHOWN, toMacro } from './macro-row.js';
import { prepareNames } from './prepare-names.js';
import { lockMacros, requireRoom } from './require-room.js';
import type { CreateMacroInput, Macro } from './schemas.js';

/**
 * Saves a reply for all agents.
 *
 * @throws AppError NAME_TAKEN; TOO_MANY_MACROS
 */
export async function createMacro({ db, clock }: TransactionScope, { name, text }: CreateMacroInput): Promise<Macro> {
  const now = clock.now();
  await db.rows(lockMacros, {});
  await prepareNames(db);
  const created = await db.macro
    .create({
      data: { id: newId('macro'), name, nameKey: nameKey(name), text, createdAt: now, updatedAt: now },
      select: SHOWN,
    })
    .catch(refuseTaken('NAME_TAKEN'));
  await requireRoom(db);
  return toMacro(created);
}
