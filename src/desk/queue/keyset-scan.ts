import type { Principal } from '../../auth/principal.js';
import { type Dialect, Statement, type Value } from '../../db/sql/statement.js';
import { TICKET_STATUSES } from '../../tickets/lifecycle.js';
import { among, type Conditions, filterConditions, rangeConditions } from './filters.js';
import { BY_URGENCY, ORDERS, type Order, RANK } from './orders.js';
import { QUEUED, type QueuedRow } from './queued-ticket.js';
import type { ListQueueInput } from './schemas.js';

/**
 * How many tickets of each status (and priority) are looked at, at most, where a filter has no index: few of them may
 * match, and then the page is shorter, and its `next` goes on behind what was looked at.
 */
export const WINDOW = 10_000;

/** A place in an order. `rank`: 0 where the order doesn't go by it. */
export interface Place {
  rank: number;
  timeAt: string;
  ticketId: string;
}

/** What is walked for a page. */
export interface Walk {
  readonly order: Order;
  /** Stretches of the index, each in the order that is asked for. */
  readonly stretches: readonly { sql: string; rank: number }[];
  /** Conditions that the index bounds by itself. */
  readonly within: Conditions;
  /** Conditions that each row is looked at for; a `+` can stand before each. */
  readonly rest: Conditions;
  /** Which tickets are so few that they are read and sorted, whatever else is asked: a condition that an index serves. */
  readonly few: string | undefined;
}

const together = (...all: Conditions[]): Conditions => ({
  sql: all.flatMap(({ sql }) => sql),
  values: Object.assign({}, ...all.map((conditions) => conditions.values)) as Record<string, Value>,
});

/** The tickets of one customer; those with a tag, where that is rare. */
function fewOf({ requester }: ListQueueInput, tagIsRare: boolean): string | undefined {
  if (requester !== undefined) return 'user_id = :requester';
  return tagIsRare ? 'id IN (SELECT ticket_id FROM ticket_tags WHERE tag = :tag)' : undefined;
}

export function walkFor(principal: Principal, input: ListQueueInput, { tagIsRare }: { tagIsRare: boolean }): Walk {
  const order = ORDERS[input.sort];
  const created = rangeConditions('created', input);
  const updated = rangeConditions('updated', input);
  const filters = filterConditions(principal, input);
  const statuses = [...new Set(input.status ?? TICKET_STATUSES)];
  const priorities = input.priority ?? BY_URGENCY;
  const byPriority = { sql: input.priority ? [among('priority', input.priority)] : [], values: {} };
  const few = fewOf(input, tagIsRare);
  if (few !== undefined) {
    const chosen = { sql: [among('status', statuses)], values: {} };
    const within = together(filters, chosen, byPriority, created, updated);
    const stretches = order.ranked
      ? [...BY_URGENCY.keys()].map((index) => ({ sql: `${RANK} = ${index + 1}`, rank: index + 1 }))
      : [{ sql: '1 = 1', rank: 0 }];
    return { order, stretches, within, rest: { sql: [], values: {} }, few };
  }
  const ofStatus = statuses.map((status) => `status = '${status}'`);
  const stretches = order.byRank
    ? BY_URGENCY.flatMap((priority, index) =>
        priorities.includes(priority)
          ? ofStatus.map((sql) => ({ sql: `${sql} AND ${RANK} = ${index + 1}`, rank: order.ranked ? index + 1 : 0 }))
          : [],
      )
    : ofStatus.map((sql) => ({ sql, rank: 0 }));
  const rest = [filters, ...(order.byRank ? [] : [byPriority])];
  if (order.range !== 'created') rest.push(created);
  if (order.range !== 'updated') rest.push(updated);
  const within = together(...(order.range === 'created' ? [created] : order.range === 'updated' ? [updated] : []));
  return { order, stretches, within, rest: together(...rest), few };
}

interface Bounds {
  after?: Place | undefined;
  /** The last place that is looked at. */
  edge?: Place | undefined;
}

type Stretch = Walk['stretches'][number];

interface Piece {
  conditions: string[];
  /** All of it has one time: SQLite, told to sort by an expression, would not see it. */
  ofOneTime: boolean;
}

/**
 * The places between two others, in pieces that an index bounds on both sides. As a rule one piece does, bounded by pairs.
 * But SQLite bounds an index over an expression by no pair, and the time alone bounds little where many have the same.
 */
function piecesBetween({ order }: Walk, rank: number, { after, edge }: Bounds, dialect: Dialect): Piece[] {
  const [beyond, before] = order.descending ? ['<', '>'] : ['>', '<'];
  const time = order.time(dialect);
  const begins = after?.rank === rank;
  const ends = edge?.rank === rank;
  if (!order.ofAlike) {
    const pairs = [
      ...(begins ? [`(${time}, id) ${beyond} (:afterTime, :afterId)`] : []),
      ...(ends ? [`(${time}, id) ${before}= (:edgeTime, :edgeId)`] : []),
    ];
    return [{ conditions: pairs, ofOneTime: false }];
  }
  const behindAfter = [`${time} = :afterTime`, `id ${beyond} :afterId`];
  if (begins && ends && after.timeAt === edge.timeAt) {
    return [{ conditions: [...behindAfter, `id ${before}= :edgeId`], ofOneTime: true }];
  }
  const inside = [
    ...(begins ? [`${time} ${beyond} :afterTime`] : []),
    ...(ends ? [`${time} ${before} :edgeTime`] : []),
  ];
  return [
    ...(begins ? [{ conditions: behindAfter, ofOneTime: true }] : []),
    { conditions: inside, ofOneTime: false },
    ...(ends ? [{ conditions: [`${time} = :edgeTime`, `id ${before}= :edgeId`], ofOneTime: true }] : []),
  ];
}

interface Cut {
  /** Of each row. */
  rest: string;
  /** Of each piece. */
  limit: string;
}

/** The places of a stretch between two others, each piece in order. */
function stretchSql(
  walk: Walk,
  { sql, rank }: Stretch,
  bounds: Bounds,
  dialect: Dialect,
  { rest, limit }: Cut,
): string[] {
  const { after, edge } = bounds;
  if ((after && rank < after.rank) || (edge && rank > edge.rank)) return [];
  const direction = walk.order.descending ? 'DESC' : 'ASC';
  const time = walk.order.time(dialect);
  return piecesBetween(walk, rank, bounds, dialect).map(
    ({ conditions, ofOneTime }) => `SELECT ${rank} AS rank, ${time} AS "timeAt", id FROM ${walk.few ? 'few' : 'tickets'}
      WHERE ${[sql, ...walk.within.sql, ...conditions].join(' AND ')}${rest}
      ORDER BY ${ofOneTime ? '' : `${time} ${direction}, `}id ${direction} ${limit}`,
  );
}

function union(walk: Walk, bounds: Bounds, dialect: Dialect, cut: Cut): string {
  const all = walk.stretches.flatMap((stretch) => stretchSql(walk, stretch, bounds, dialect, cut));
  // Where nothing is left of the walk, a stretch that is empty.
  return all.length > 0
    ? all.map((sql, index) => `SELECT * FROM (${sql}) AS piece${index}`).join(' UNION ALL ')
    : 'SELECT 0 AS rank, created_at AS "timeAt", id FROM tickets WHERE 1 = 0';
}

const inOrder = ({ descending }: Order) => {
  const direction = descending ? 'DESC' : 'ASC';
  return `ORDER BY rank, "timeAt" ${direction}, id ${direction}`;
};

/** The place where the window of the first stretch that has more ends. */
export function edgeStatement(walk: Walk, after: Place | undefined) {
  return new Statement<Record<string, Value>, Place>(
    'queue: edge',
    (dialect) => `SELECT rank, "timeAt", id AS "ticketId" FROM
      (${union(walk, { after }, dialect, { rest: '', limit: `LIMIT 1 OFFSET ${WINDOW - 1}` })}) AS edges ${inOrder(walk.order)} LIMIT 1`,
    { once: true, long: true },
  );
}

/** All that conditions and orders speak of. */
const SORTED_BY = 'id, user_id, status, priority, category_id, assigned_agent, waiting_since, created_at, updated_at';

/** Places first, which the index has; the rows of those on the page alone. A CROSS JOIN keeps SQLite to that order. */
export function pageStatement(walk: Walk, bounds: Bounds) {
  // By the plus, SQLite doesn't look for an index of the column: it would sort what that one gives. PostgreSQL weighs both.
  const rest = ({ engine }: Dialect) =>
    walk.rest.sql.map((condition) => ` AND ${engine === 'sqlite' ? '+' : ''}${condition}`).join('');
  const few = walk.few ? `few AS MATERIALIZED (SELECT ${SORTED_BY} FROM tickets WHERE ${walk.few}), ` : '';
  return new Statement<Record<string, Value>, QueuedRow & Place>(
    'queue: page',
    (dialect) => `WITH ${few}places AS (SELECT rank, "timeAt", id AS place_id FROM
        (${union(walk, bounds, dialect, { rest: rest(dialect), limit: 'LIMIT :take' })}) AS walked ${inOrder(walk.order)} LIMIT :take)
      SELECT rank, "timeAt", ${QUEUED} FROM places CROSS JOIN tickets WHERE tickets.id = place_id ${inOrder(walk.order)}`,
    { once: true, long: true },
  );
}

export function valuesOf(walk: Walk, { after, edge }: Bounds): Record<string, Value> {
  return {
    ...walk.within.values,
    ...(after && { afterTime: new Date(after.timeAt), afterId: after.ticketId }),
    ...(edge && { edgeTime: new Date(edge.timeAt), edgeId: edge.ticketId }),
  };
}
