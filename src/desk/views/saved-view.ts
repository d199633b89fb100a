import { z } from 'zod';
import type { Principal } from '../../auth/principal.js';
import type { ModelReads, ModelRow } from '../../db/models/models.js';
import { query } from '../../db/sql/query.js';
import { AppError } from '../../errors/app-error.js';
import { isStorable } from '../../schema/text.js';
import { parseTime } from '../../schema/time.js';
import { normalTag } from '../../tags/normal-tag.js';
import { queueSort } from '../queue/schemas.js';
import { MAX_VIEWS, type View, type ViewFilters, viewFilters } from './schemas.js';

/** What of a view is shown: for a `select`. */
export const SHOWN = {
  id: true,
  name: true,
  owner: true,
  list: true,
  filters: true,
  sort: true,
  updatedAt: true,
} as const;

type Row = ModelRow<'savedView', typeof SHOWN>;
type Reads = Pick<ModelReads, 'savedView'>;

/** The list that everybody has; that of an agent's own ones has their user id, which is never empty. */
export const SHARED_LIST = '';

const known = z.object({ filters: viewFilters, sort: queueSort });

/** A view whose filters or order another version has written, which this one doesn't know, is shown without them. */
export function toView({ id, name, owner, list, filters, sort, updatedAt }: Row): View {
  const read = known.safeParse({ filters, sort });
  return {
    viewId: id,
    name,
    shared: list === SHARED_LIST,
    owner,
    filters: read.success ? read.data.filters : null,
    sort: read.success ? read.data.sort : 'waiting',
    updatedAt: updatedAt.toISOString(),
  };
}

/** As they are kept: tags and times in one form, however they were typed. */
export function storedFilters({
  tag,
  createdFrom,
  createdTo,
  updatedFrom,
  updatedTo,
  ...others
}: ViewFilters): ViewFilters {
  const times = Object.entries({ createdFrom, createdTo, updatedFrom, updatedTo }).flatMap(([name, time]) =>
    time === undefined ? [] : [[name, parseTime(time)?.toISOString()]],
  );
  return { ...others, ...(tag !== undefined && { tag: normalTag(tag) }), ...Object.fromEntries(times) };
}

/** Runs first where what other views are decides: they are written one after the other. SQL: models know no locks. */
export const lockViews = query('lock views', {}, ({ exclusive }) => exclusive('saved_views'));

/**
 * A view that the caller may change: their own one, or a shared one that they have made; an admin any shared one.
 *
 * @throws AppError NOT_FOUND, also for what is another's own; FORBIDDEN for another's shared one.
 */
export async function findChangeable({ savedView }: Reads, { userId, role }: Principal, viewId: string): Promise<Row> {
  const found = isStorable(viewId) ? await savedView.findUnique({ where: { id: viewId }, select: SHOWN }) : null;
  if (found === null || (found.list !== SHARED_LIST && found.list !== userId)) {
    throw new AppError('NOT_FOUND', { message: 'View not found' });
  }
  if (found.owner !== userId && role !== 'admin') {
    throw new AppError('FORBIDDEN', { message: 'A shared view is changed by whoever made it, and by admins' });
  }
  return found;
}

/**
 * Where a view goes that comes into a list: to its end.
 *
 * @throws AppError TOO_MANY_VIEWS
 */
export async function nextPosition({ savedView }: Reads, list: string): Promise<number> {
  const { _count, _max } = await savedView.aggregate({ where: { list }, _count: true, _max: { position: true } });
  if (_count >= MAX_VIEWS) throw new AppError('TOO_MANY_VIEWS');
  return (_max.position ?? 0) + 1;
}
