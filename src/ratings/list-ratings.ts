import { dynamicQuery } from '../db/sql/dynamic-query.js';
import { fragment, type NotNull, type SqlBool } from '../db/sql/kysely.js';
import type { Params } from '../db/sql/params.js';
import type { Writing } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore, type pageFields } from '../schema/pagination.js';
import { OWN_USER_ID } from '../schema/text.js';
import type { ListedRating, ListRatingsInput } from './schemas.js';

type Filters = Omit<ListRatingsInput, keyof typeof pageFields>;

const VALUES = {
  ratedFrom: 'ratings.created_at?',
  ratedTo: 'ratings.created_at?',
  agent: 'ratings.agent?',
  categoryId: 'tickets.category_id?',
} as const;

/** What ratings are asked for, but for the values; no score is among none. */
type Asked = Partial<Record<keyof typeof VALUES, true>> & Pick<Filters, 'score'>;

/** The ratings that match. */
function matching({ db, p, withinTime }: Writing<typeof VALUES>, asked: Asked) {
  let ratings = db.selectFrom('ratings');
  if (asked.ratedFrom) ratings = ratings.where('created_at', '>=', p.ratedFrom);
  if (asked.ratedTo) ratings = ratings.where('created_at', '<', p.ratedTo);
  if (asked.agent) ratings = ratings.where('agent', '=', p.agent);
  if (asked.score?.length === 0) ratings = ratings.where(fragment<SqlBool>`1 = 0`);
  else if (asked.score) ratings = ratings.where('score', 'in', asked.score);
  if (asked.categoryId) {
    ratings = ratings.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('tickets')
          .select(fragment.lit(1).as('one'))
          .whereRef('id', '=', 'ratings.ticket_id')
          .where('category_id', '=', p.categoryId),
      ),
    );
  }
  return ratings.where(withinTime);
}

/** One statement, so that the page and the total are of one moment. An empty page is one row, with the total alone. */
const selectPage = dynamicQuery(
  'list ratings',
  { ...VALUES, limit: 'number', skip: 'number' },
  (writing, asked: Asked) =>
    writing.db
      .with('shown', () =>
        matching(writing, asked)
          .select(['ticket_id', 'agent', 'score', 'comment', 'created_at'])
          .orderBy('created_at', 'desc')
          .orderBy('ticket_id', 'desc')
          .limit(writing.p.limit)
          .offset(writing.p.skip),
      )
      .with('counted', () => matching(writing, asked).select((eb) => eb.fn.countAll<number>().as('total')))
      .selectFrom('counted')
      .leftJoin('shown', (join) => join.onTrue())
      .leftJoin('tickets', 'id', 'ticket_id')
      .select([
        'total',
        'ticket_id as ticketId',
        'subject',
        'category_id as categoryId',
        'user_id as requester',
        'agent',
        'score',
        'comment',
        'shown.created_at as ratedAt',
      ])
      .orderBy('shown.created_at', 'desc')
      .orderBy('ticket_id', 'desc')
      .$narrowType<{ subject: NotNull; categoryId: NotNull; requester: NotNull; score: NotNull; ratedAt: NotNull }>(),
  { long: true },
);

function askedFor({ score, agent, categoryId, ratedFrom, ratedTo }: Filters): Asked {
  return {
    ...(ratedFrom !== undefined && { ratedFrom: true }),
    ...(ratedTo !== undefined && { ratedTo: true }),
    ...(agent !== undefined && { agent: true }),
    ...(categoryId !== undefined && { categoryId: true }),
    score,
  };
}

function valuesOf({ agent, categoryId, ratedFrom, ratedTo }: Filters, userId: string): Params<typeof VALUES> {
  return {
    ratedFrom: ratedFrom === undefined ? null : new Date(ratedFrom),
    ratedTo: ratedTo === undefined ? null : new Date(ratedTo),
    agent: (agent === OWN_USER_ID ? userId : agent) ?? null,
    categoryId: categoryId ?? null,
  };
}

/** Ratings that match, the newest first: those of a period, or of an agent's work, by an index in their order. */
export async function listRatings(
  { db, principal, onPage }: ReadScope,
  { cursor, page = cursor ?? 1, limit, ...filters }: ListRatingsInput,
): Promise<ListedRating[]> {
  const asked = askedFor(filters);
  const values = valuesOf(filters, principal.userId);
  const rows = await db.rows(selectPage(asked), { ...values, limit, skip: itemsBefore({ page, limit }) });
  onPage({ page, limit, total: rows[0]?.total ?? 0 });
  return rows.flatMap(({ ticketId, total: _, ...row }) => (ticketId === null ? [] : [{ ticketId, ...row }]));
}
