import { type Expression, fragment } from '../db/sql/kysely.js';
import { query, type Writing } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import { normalTag } from './normal-tag.js';
import type { ListTagsInput } from './schemas.js';

const PREFIX = { prefix: 'ticket_tags.tag', end: 'ticket_tags.tag' } as const;

/**
 * From one tag to the next by the index, however many tickets have the one: as many steps as tags are wanted, at most
 * `take` where it is given.
 */
function found({ db, p, withinTime }: Writing<typeof PREFIX>, take?: Expression<number>) {
  const first = (comparison: '>=' | '>', bound: Expression<string | null>) =>
    db
      .selectFrom('ticket_tags')
      .select((eb) => eb.fn.min('tag').as('tag'))
      .where('tag', comparison, bound)
      .where('tag', '<', p.end)
      .$asScalar()
      .as('tag');
  return db.withRecursive('found(tag, place)', (cte) =>
    db.selectNoFrom([first('>=', p.prefix), fragment.lit(1).as('place')]).unionAll(
      cte
        .selectFrom('found')
        .select((eb) => [first('>', eb.ref('found.tag')), eb('place', '+', 1).as('place')])
        .where('found.tag', 'is not', null)
        .$if(take !== undefined, (tags) => tags.where('place', '<', take as Expression<number>))
        .where(withinTime),
    ),
  );
}

const selectTags = query(
  'list tags',
  { ...PREFIX, skip: 'number', take: 'number' },
  (writing) =>
    found(writing, writing.p.take)
      .selectFrom('found')
      .select('tag')
      .where('tag', 'is not', null)
      .where('place', '>', writing.p.skip)
      .orderBy('place')
      .$narrowType<{ tag: string }>(),
  { long: true },
);

const countTags = query(
  'count tags',
  PREFIX,
  (writing) =>
    found(writing)
      .selectFrom('found')
      .select((eb) => eb.fn.count<number>('tag').as('total')),
  { long: true },
);

/** Behind every tag that begins with the prefix. */
const LAST = '\u{10ffff}';

/** The tags in use that begin with a prefix, in the order of their bytes: for those who type one. */
export async function listTags(
  { db, onPage }: ReadScope,
  { prefix = '', cursor, page = cursor ?? 1, limit }: ListTagsInput,
): Promise<string[]> {
  const from = normalTag(prefix);
  const ofPrefix = { prefix: from, end: from + LAST };
  const skip = itemsBefore({ page, limit });
  const rows = await db.rows(selectTags, { ...ofPrefix, skip, take: skip + limit });
  // Whoever types gets few, on one page: that is their number.
  const isLast = rows.length < limit && (rows.length > 0 || skip === 0);
  const total = isLast ? skip + rows.length : ((await db.row(countTags, ofPrefix))?.total ?? 0);
  onPage({ page, limit, total });
  return rows.map(({ tag }) => tag);
}
