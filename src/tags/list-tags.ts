import { type Expression, fragment } from '../db/sql/kysely.js';
import { query, type Writing } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import { normalTag } from './normal-tag.js';
import type { ListTagsInput } from './schemas.js';

const PREFIX = { prefix: 'ticket_tags.tag', end: 'ticket_tags.tag' } as const;

/** From one tag to the next by the index, however many tickets have the one: as many steps as there are tags. */
function found({ db, p, withinTime }: Writing<typeof PREFIX>) {
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
        .where(withinTime),
    ),
  );
}

/**
 * One statement, so that the page and the total are of one moment: whoever counts the tags has found those of the page as well. An
 * empty page is one row, with the total alone.
 */
const selectTags = query(
  'list tags',
  { ...PREFIX, skip: 'number', take: 'number' },
  (writing) =>
    found(writing)
      .with('counted', (cte) => cte.selectFrom('found').select((eb) => eb.fn.count<number>('tag').as('total')))
      .selectFrom('counted')
      .leftJoin('found', (join) =>
        join.on('tag', 'is not', null).on('place', '>', writing.p.skip).on('place', '<=', writing.p.take),
      )
      .select(['total', 'tag'])
      .orderBy('place'),
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
  const skip = itemsBefore({ page, limit });
  const rows = await db.rows(selectTags, { prefix: from, end: from + LAST, skip, take: skip + limit });
  onPage({ page, limit, total: rows[0]?.total ?? 0 });
  return rows.flatMap(({ tag }) => (tag === null ? [] : [tag]));
}
