import type { Db } from '../db/models/models.js';
import { query } from '../db/sql/query.js';
import { missingKeys } from '../schema/names.js';
import { lockMacros } from './require-room.js';

/** SQL: one statement for however many there are. */
const setKeys = query('set name keys of macros', { ids: 'text', keys: 'text' }, ({ db, p, listed }) =>
  db
    .updateTable('macros')
    .from([listed(p.ids).as('ids'), listed(p.keys).as('keys')])
    .set((eb) => ({ name_key: eb.ref('keys.value') }))
    .whereRef('macros.id', '=', 'ids.value')
    .whereRef('ids.place', '=', 'keys.place'),
);

/** Runs before a name is given: makes the keys of those that have none yet, so that the unique index knows all names. */
export async function prepareNames(db: Db): Promise<void> {
  if ((await db.macro.count({ where: { nameKey: null } })) === 0) return;
  await db.rows(lockMacros, {});
  const all = await db.macro.findMany({ select: { id: true, name: true, nameKey: true }, orderBy: { id: 'asc' } });
  const { ids, keys } = missingKeys(all.map(({ id, name, nameKey: key }) => ({ id, name, key })));
  if (ids.length > 0) await db.run(setKeys, { ids: JSON.stringify(ids), keys: JSON.stringify(keys) });
}
