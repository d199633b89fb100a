import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import * as names from '../schema/names.js';
import { selectNames } from './names.js';

/** Runs first where what other macros there are decides: admins change them one after the other. */
export const lockMacros = new Statement<Record<string, never>>('lock macros', ({ exclusive }) => exclusive('macros'));

/** @throws AppError NAME_TAKEN where another macro has what people take for the same name, unless this one has it already. */
export async function requireFreeName(sql: Sql, { macroId, name }: { macroId: string; name: string }): Promise<void> {
  names.requireFreeName(await sql.rows(selectNames, {}), { id: macroId, name });
}
