import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { AppError } from '../errors/app-error.js';

/** Most saved replies. */
export const MAX_MACROS = 1_000;
/** Most text of all of them together, names included, in bytes of UTF-8: no page of theirs has more. */
export const MAX_MACROS_BYTES = 2 * 2 ** 20;

/** Runs first where how many there are decides: admins write them one after the other. SQL: models know no locks. */
export const lockMacros = query('lock macros', {}, ({ exclusive }) => exclusive('macros'));

/** SQL: models can't add up lengths. */
const measureMacros = query('measure macros', {}, ({ db }) =>
  db
    .selectFrom('macros')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb
        .cast<number>(
          eb.fn.sum(eb(eb.fn<number>('octet_length', ['name']), '+', eb.fn<number>('octet_length', ['text']))),
          'bigint',
        )
        .as('bytes'),
    ]),
);

/**
 * Runs last, when what was to be written is there: then none of it is stored.
 *
 * @throws AppError TOO_MANY_MACROS
 */
export async function requireRoom(db: Sql): Promise<void> {
  const { count = 0, bytes = 0 } = (await db.row(measureMacros, {})) ?? {};
  if (count > MAX_MACROS || bytes > MAX_MACROS_BYTES) throw new AppError('TOO_MANY_MACROS');
}
