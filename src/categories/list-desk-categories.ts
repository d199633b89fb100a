import type { ModelReads } from '../db/models/models.js';
import { SHOWN, toDeskCategory } from './desk-category.js';
import type { DeskCategory } from './schemas.js';

interface Reading {
  readonly db: Pick<ModelReads, 'category'>;
}

/** Every category: the active ones in the customers' order, then those that are archived. */
export async function listDeskCategories({ db }: Reading): Promise<DeskCategory[]> {
  const all = await db.category.findMany({ select: SHOWN, orderBy: [{ position: 'asc' }, { id: 'asc' }] });
  const isActive = ({ archivedAt }: { archivedAt: Date | null }) => archivedAt === null;
  return [...all.filter(isActive), ...all.filter((one) => !isActive(one))].map(toDeskCategory);
}
