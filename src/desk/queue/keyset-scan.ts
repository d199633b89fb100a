import type { Time } from '../../db/sql/column-types.js';
import type { Db } from '../../db/sql/db.js';
import { dynamicQuery } from '../../db/sql/dynamic-query.js';
import {
  type Expression,
  expressionBuilder,
  fragment,
  type SelectQueryBuilder,
  type SqlBool,
} from '../../db/sql/kysely.js';
import type { Writing } from '../../db/sql/query.js';
import type { Tables } from '../../db/sql/tables.js';
import { askedConditions, FILTER_VALUES, RANGE_VALUES, rangeConditions } from './filters.js';
import { BY_URGENCY, ORDERS, RANK } from './orders.js';
import { queuedColumns } from './queued-ticket.js';
import { type BoundedScan, type Conditions, type Place, SCAN_LIMIT, type Scan } from './scan.js';

// How a page of the queue is found (docs/decisions/0013-desk-queue-and-search.md):
//
// 1. An order has an index that begins with the status, and for two orders with the rank of the priority after it. So the
//    tickets of one status (and rank) are an index range that is in the order as it stands: indexRanges().
// 2. Of each range, the first places behind the cursor are read; all of them are merged, and the first of these are the
//    page: readQueuePage. A place is (rank, time, id).
// 3. Filters that no index serves are looked at ticket by ticket, SCAN_LIMIT of each range at most. Where the first range
//    reaches its limit is looked up before, in the index alone: findScanEnd. The page goes no further than that.
// 4. Where a filter leaves few tickets, those of one customer or with a rare tag, they are read and sorted: the prefiltered
//    set takes the place of the table.

const VALUES = {
  ...FILTER_VALUES,
  ...RANGE_VALUES,
  afterTime: 'tickets.created_at?',
  afterId: 'tickets.id?',
  endTime: 'tickets.created_at?',
  endId: 'tickets.id?',
} as const;

/** The places where a scan begins and ends, as values. */
export function placeValues(after: Place | undefined, end: Place | undefined) {
  return {
    afterTime: after === undefined ? null : new Date(after.timeAt),
    afterId: after?.ticketId ?? null,
    endTime: end === undefined ? null : new Date(end.timeAt),
    endId: end?.ticketId ?? null,
  };
}

type Builder = Writing<typeof VALUES>;

const tickets = expressionBuilder<Tables, 'tickets'>();

function conditionsOf(builder: Builder, { ranges = [], ...asked }: Conditions): Expression<SqlBool>[] {
  return [...askedConditions(builder, asked), ...rangeConditions(builder, ranges)];
}

interface IndexRange {
  readonly conditions: readonly Expression<SqlBool>[];
  /** Of its places. */
  readonly rank: number;
}

/** What is scanned, in parts that are each in the order that is asked for. */
function indexRanges({ sort, statuses, priorities, prefilter }: Scan): IndexRange[] {
  const { byRank, ranked } = ORDERS[sort];
  const ofStatus = prefilter === undefined ? statuses.map((status) => [tickets('status', '=', status)]) : [[]];
  if (!(prefilter === undefined ? byRank : ranked)) return ofStatus.map((conditions) => ({ conditions, rank: 0 }));
  return BY_URGENCY.filter((priority) => priorities.includes(priority)).flatMap((priority) => {
    const rank = BY_URGENCY.indexOf(priority) + 1;
    return ofStatus.map((status) => ({ conditions: [...status, tickets(RANK, '=', rank)], rank: ranked ? rank : 0 }));
  });
}

interface SubRange {
  readonly conditions: readonly Expression<SqlBool>[];
  /** All of it has one time: SQLite, told to sort by an expression, would not see it. */
  readonly ofOneTime: boolean;
}

/**
 * The places of an index range between the two of a scan, in parts that the index bounds on both sides. As a rule that is
 * one, bounded by pairs. But SQLite bounds an index over an expression by no pair, and the time alone bounds little where
 * many have the same: there it is the rest of the first one's time, what is between, and the beginning of the last one's.
 */
function subRanges({ p, ...fragments }: Builder, scan: BoundedScan, rank: number): SubRange[] {
  const { direction, ofAlike, time: timeOf } = ORDERS[scan.sort];
  if ((scan.after !== undefined && rank < scan.after) || (scan.end !== undefined && rank > scan.end)) return [];
  const [beyond, before] = direction === 'desc' ? (['<', '>'] as const) : (['>', '<'] as const);
  const time = timeOf(fragments);
  const begins = scan.after === rank;
  const ends = scan.end === rank;
  if (!ofAlike) {
    const place = pair(time, tickets.ref('id'));
    const pairs = [
      ...(begins ? [tickets(place, beyond, pair(p.afterTime, p.afterId))] : []),
      ...(ends ? [tickets(place, `${before}=`, pair(p.endTime, p.endId))] : []),
    ];
    return [{ conditions: pairs, ofOneTime: false }];
  }
  const behindAfter = [tickets(time, '=', p.afterTime), tickets('id', beyond, p.afterId)];
  const upToEnd = tickets('id', `${before}=`, p.endId);
  if (begins && ends && scan.atOneTime) return [{ conditions: [...behindAfter, upToEnd], ofOneTime: true }];
  const inside = [
    ...(begins ? [tickets(time, beyond, p.afterTime)] : []),
    ...(ends ? [tickets(time, before, p.endTime)] : []),
  ];
  return [
    ...(begins ? [{ conditions: behindAfter, ofOneTime: true }] : []),
    { conditions: inside, ofOneTime: false },
    ...(ends ? [{ conditions: [tickets(time, '=', p.endTime), upToEnd], ofOneTime: true }] : []),
  ];
}

function pair(time: Expression<Time | null>, id: Expression<string | null>) {
  return fragment<string>`(${time}, ${id})`;
}

type Places = SelectQueryBuilder<Tables, 'tickets', { rank: number; timeAt: Time; id: string }>;

/** The places of all index ranges between the two of a scan, so many of each as `cut` leaves. */
function placesOf(builder: Builder, scan: BoundedScan, cut: (places: Places) => Places) {
  const { db } = builder;
  const { direction, time: timeOf } = ORDERS[scan.sort];
  const time = timeOf(builder);
  // The prefiltered set has the columns of the table.
  const from = (
    scan.prefilter === undefined
      ? db.selectFrom('tickets')
      : db.selectFrom(fragment.table('prefiltered').as('prefiltered'))
  ) as SelectQueryBuilder<Tables, 'tickets', object>;
  const bounding = conditionsOf(builder, scan.bounding);
  const parts = indexRanges(scan).flatMap(({ conditions, rank }) =>
    subRanges(builder, scan, rank).map((part) =>
      cut(
        from
          .select([fragment.lit(rank).as('rank'), time.as('timeAt'), 'id'])
          .where(tickets.and([...conditions, ...bounding, ...part.conditions]))
          .$if(!part.ofOneTime, (places) => places.orderBy(time, direction))
          .orderBy('id', direction),
      ),
    ),
  );
  const [first, ...others] = (parts.length > 0 ? parts : [noPlaces(builder)]).map((part) =>
    db.selectFrom(part.as('part')).selectAll(),
  );
  return others.reduce((all, part) => all.unionAll(part), first as NonNullable<typeof first>);
}

/** Where nothing is left to scan. */
function noPlaces({ db }: Builder): Places {
  return db
    .selectFrom('tickets')
    .select([fragment.lit(0).as('rank'), 'created_at as timeAt', 'id'])
    .where(fragment<SqlBool>`1 = 0`);
}

/** The place where the first index range that has more reaches its limit. */
export const findScanEnd = dynamicQuery(
  'queue: end of scan',
  VALUES,
  (builder, scan: BoundedScan) => {
    const { direction } = ORDERS[scan.sort];
    const ends = placesOf(builder, scan, (places) => places.limit(1).offset(SCAN_LIMIT - 1));
    return builder.db
      .selectFrom(ends.as('ends'))
      .select(['rank', 'timeAt', 'id as ticketId'])
      .orderBy('rank')
      .orderBy('timeAt', direction)
      .orderBy('id', direction)
      .limit(1);
  },
  { long: true },
);

/** All columns that conditions and orders speak of. */
const SORTED_BY = [
  'id',
  'user_id',
  'status',
  'priority',
  'category_id',
  'assigned_agent',
  'waiting_since',
  'created_at',
  'updated_at',
] as const;

function prefilteredSet({ db, p }: Builder, by: 'requester' | 'tag') {
  const all = db.selectFrom('tickets').select(SORTED_BY);
  return by === 'requester'
    ? all.where('user_id', '=', p.requester)
    : all.where('id', 'in', db.selectFrom('ticket_tags').select('ticket_id').where('tag', '=', p.tag));
}

/** Places first, which the index has; the rows of those on the page alone. A CROSS JOIN keeps SQLite to that order. */
export const readQueuePage = dynamicQuery(
  'queue: page',
  { ...VALUES, take: 'number' },
  (builder, scan: BoundedScan) => {
    const { db, p, engine } = builder;
    const { direction } = ORDERS[scan.sort];
    const { prefilter } = scan;
    // By the plus, SQLite doesn't look for an index of the column: it would sort what that one gives. PostgreSQL weighs both.
    const remaining = conditionsOf(builder, scan.remaining).map((condition) =>
      engine === 'sqlite' ? fragment<SqlBool>`+${condition}` : condition,
    );
    const scanned = placesOf(builder, scan, (places) =>
      remaining.reduce((some, condition) => some.where(condition), places).limit(p.take),
    );
    const begun: Pick<Db, 'with'> =
      prefilter === undefined
        ? db
        : db.with(
            (cte) => cte('prefiltered').materialized(),
            () => prefilteredSet(builder, prefilter),
          );
    return begun
      .with('places', () =>
        db
          .selectFrom(scanned.as('scanned'))
          .select(['rank', 'timeAt', 'id as placeId'])
          .orderBy('rank')
          .orderBy('timeAt', direction)
          .orderBy('id', direction)
          .limit(p.take),
      )
      .selectFrom('places')
      .crossJoin('tickets')
      .select(['rank', 'timeAt', ...queuedColumns(db)])
      .whereRef('tickets.id', '=', 'placeId')
      .orderBy('rank')
      .orderBy('timeAt', direction)
      .orderBy('id', direction);
  },
  { long: true },
);
