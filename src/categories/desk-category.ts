import type { Db, ModelReads, ModelRow } from '../db/models/models.js';
import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import { missingKeys } from '../schema/names.js';
import { isStorable } from '../schema/text.js';
import type { DeskCategory } from './schemas.js';

/** Most categories that take tickets. */
export const MAX_ACTIVE = 200;
/** Most of all, the archived ones included. */
export const MAX_CATEGORIES = 1_000;

/** A category as the desk sees it: for a `select`. */
export const SHOWN = { id: true, name: true, description: true, archivedAt: true } as const;

type Row = ModelRow<'category', typeof SHOWN>;

export function toDeskCategory({ id, name, description, archivedAt }: Row): DeskCategory {
  return { categoryId: id, name, description, archivedAt: archivedAt?.toISOString() ?? null };
}

/**
 * Runs first where what other categories are decides: admins change them one after the other. Tickets are opened
 * meanwhile. SQL: models know no locks.
 */
export const lockCategories = query('lock categories', {}, ({ exclusive }) => exclusive('categories'));

/** @throws AppError NOT_FOUND */
export async function findCategory({ category }: Pick<ModelReads, 'category'>, id: string): Promise<Row> {
  const found = isStorable(id) ? await category.findUnique({ where: { id }, select: SHOWN }) : null;
  if (found === null) throw new AppError('NOT_FOUND', { message: 'Category not found' });
  return found;
}

/** SQL: one statement for however many there are. */
const setKeys = query('set name keys of categories', { ids: 'text', keys: 'text' }, ({ db, p, listed }) =>
  db
    .updateTable('categories')
    .from([listed(p.ids).as('ids'), listed(p.keys).as('keys')])
    .set((eb) => ({ active_name_key: eb.ref('keys.value') }))
    .whereRef('categories.id', '=', 'ids.value')
    .whereRef('ids.place', '=', 'keys.place'),
);

/** Runs before a name is given: makes the keys of those that have none yet, so that the unique index knows all names. */
export async function prepareNames(db: Db): Promise<void> {
  const active = { archivedAt: null };
  if ((await db.category.count({ where: { ...active, activeNameKey: null } })) === 0) return;
  const all = await db.category.findMany({
    where: active,
    select: { id: true, name: true, activeNameKey: true },
    orderBy: { id: 'asc' },
  });
  const { ids, keys } = missingKeys(all.map(({ id, name, activeNameKey: key }) => ({ id, name, key })));
  if (ids.length > 0) await db.run(setKeys, { ids: JSON.stringify(ids), keys: JSON.stringify(keys) });
}

/** Where a category goes that is added to the end. */
export async function nextPosition({ category }: Pick<ModelReads, 'category'>): Promise<number> {
  const { _max: last } = await category.aggregate({ _max: { position: true } });
  return (last.position ?? 0) + 1;
}

/** @throws AppError TOO_MANY_CATEGORIES where one more active one would be too many, or one more in all, if it is `added`. */
export async function requireRoom(
  { category }: Pick<ModelReads, 'category'>,
  { added }: { added: boolean },
): Promise<void> {
  const active = await category.count({ where: { archivedAt: null } });
  if (active >= MAX_ACTIVE || (added && (await category.count()) >= MAX_CATEGORIES)) {
    throw new AppError('TOO_MANY_CATEGORIES');
  }
}
