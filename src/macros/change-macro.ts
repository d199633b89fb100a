import { refuseTaken } from '../db/models/refuse-taken.js';
import type { TransactionScope } from '../procedure/scope.js';
import { nameKey } from '../schema/fold.js';
import { later } from '../schema/time.js';
import { findMacro, SHOWN, toMacro } from './macro-row.js';
import { prepareNames } from './prepare-names.js';
import { lockMacros, requireRoom } from './require-room.js';
import type { ChangeMacroInput, Macro } from './schemas.js';

/**
 * Gives a saved reply another name or text; what is not given stays. What was sent with it stays as it was.
 *
 * @throws AppError NOT_FOUND; NAME_TAKEN; TOO_MANY_MACROS
 */
export async function changeMacro(
  { db, clock }: TransactionScope,
  { macroId, name, text }: ChangeMacroInput,
): Promise<Macro> {
  await db.rows(lockMacros, {});
  await prepareNames(db);
  const known = await findMacro(db, macroId);
  const changed = await db.macro
    .update({
      where: { id: macroId },
      data: {
        ...(name !== undefined && name !== known.name && { name, nameKey: nameKey(name) }),
        ...(text !== undefined && { text }),
        updatedAt: later(known.updatedAt, clock.now()),
      },
      select: SHOWN,
    })
    .catch(refuseTaken('NAME_TAKEN'));
  await requireRoom(db);
  return toMacro(changed);
}
