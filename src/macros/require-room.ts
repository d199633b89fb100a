import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';

/** Most saved replies. */
export const MAX_MACROS = 1_000;
/** Most text of all of them together, names included, in bytes of UTF-8: no page of theirs has more. */
export const MAX_MACROS_BYTES = 2 * 2 ** 20;

const measureMacros = new Statement<Record<string, never>, { count: number; bytes: number }>(
  'measure macros',
  `SELECT count(*) AS count, CAST(sum(octet_length(name) + octet_length(text)) AS bigint) AS bytes FROM macros`,
);

/**
 * Runs last, when what was to be written is there: then none of it is stored.
 *
 * @throws AppError TOO_MANY_MACROS
 */
export async function requireRoom(sql: Sql): Promise<void> {
  const { count = 0, bytes = 0 } = (await sql.row(measureMacros, {})) ?? {};
  if (count > MAX_MACROS || bytes > MAX_MACROS_BYTES) throw new AppError('TOO_MANY_MACROS');
}
