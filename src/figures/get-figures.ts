import type { Time } from '../db/sql/column-types.js';
import type { Db } from '../db/sql/db.js';
import {
  type AliasableExpression,
  type Expression,
  expressionBuilder,
  fragment,
  type SqlBool,
} from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';
import { lastResolver } from '../events/last-resolver.js';
import type { ReadScope } from '../procedure/scope.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../tickets/lifecycle.js';
import { type Figures, type FiguresInput, MAX_AGENTS } from './schemas.js';
import { busiest, byKey, type Level, type Measure, totalOf, workOf } from './work.js';

/** Who answered the ticket at hand first; null where nobody has. */
function firstAnswerer(db: Db): AliasableExpression<string | null> {
  const ticket = expressionBuilder<Tables, 'tickets'>();
  return db
    .selectFrom('messages')
    .select('sender')
    .where('ticket_id', '=', ticket.ref('tickets.id'))
    .where('sender', '<>', ticket.ref('tickets.user_id'))
    .orderBy('position')
    .limit(1)
    .$asScalar();
}

const NO_NUMBER = fragment<number | null>`CAST(NULL AS integer)`;
const NO_KEY = fragment<string | null>`CAST(NULL AS text)`;
const PERIOD = { from: 'tickets.created_at', to: 'tickets.created_at' } as const;

/**
 * One statement, so that all numbers are of one moment, and counted and sorted where it runs: the values of a year are a
 * million and more.
 *
 * Each range is walked in an index. Every status and priority is named, as two of the indexes begin with them.
 */
const selectDone = query(
  'figures',
  PERIOD,
  ({ db, p, seconds, medianAndP90, withinTime }) => {
    const within = (time: Expression<Time | null>) => fragment<SqlBool>`${time} >= ${p.from} AND ${time} < ${p.to}`;
    const answered = db
      .selectFrom('tickets')
      .select((eb) => [
        fragment.lit<Measure>('answered').as('measure'),
        'category_id',
        seconds(eb.ref('created_at'), eb.ref('first_response_at')).as('value'),
        firstAnswerer(db).as('agent'),
        NO_NUMBER.as('score'),
      ])
      .where((eb) => within(eb.ref('first_response_at')))
      .where(withinTime);
    const solved = db
      .selectFrom('tickets')
      .select((eb) => [
        fragment.lit<Measure>('solved').as('measure'),
        'category_id',
        seconds(eb.ref('created_at'), eb.ref('resolved_at')).as('value'),
        lastResolver(db, eb.ref('tickets.id')).as('agent'),
        NO_NUMBER.as('score'),
      ])
      .where('status', 'in', ['Resolved', 'Closed'])
      .where((eb) => within(eb.ref('resolved_at')))
      .where(withinTime);
    const rated = db
      .selectFrom('ratings')
      .select((eb) => [
        fragment.lit<Measure>('rated').as('measure'),
        eb
          .selectFrom('tickets')
          .select('category_id')
          .whereRef('id', '=', 'ratings.ticket_id')
          .$asScalar()
          .$notNull()
          .as('category_id'),
        'score as value',
        'agent',
        'score',
      ])
      .where((eb) => within(eb.ref('created_at')))
      .where(withinTime);
    const opened = db
      .selectFrom('tickets')
      .select((eb) => [
        fragment.lit<Level>('category').as('level'),
        'category_id as key',
        fragment.lit<Measure>('opened').as('measure'),
        NO_NUMBER.as('score'),
        eb.fn.countAll<number>().as('total'),
        fragment<string | null>`NULL`.as('times'),
      ])
      .where('status', 'in', TICKET_STATUSES)
      .where('priority', 'in', TICKET_PRIORITIES)
      .where((eb) => within(eb.ref('created_at')))
      .where(withinTime)
      .groupBy('category_id');
    const all = db.with('done', () => answered.unionAll(solved).unionAll(rated));
    type FromDone = ReturnType<typeof all.selectFrom<'done'>>;
    const counted = (from: FromDone, level: Level, key: 'agent' | 'category_id' | undefined) => {
      const groups = from
        .select((eb) => [
          fragment.lit(level).as('level'),
          fragment<string | null>`${key === undefined ? NO_KEY : eb.ref(key)}`.as('key'),
          'measure',
          'score',
          eb.fn.countAll<number>().as('total'),
          medianAndP90(eb.ref('value')).$castTo<string | null>().as('times'),
        ])
        .groupBy(['measure', 'score']);
      return key === undefined ? groups : groups.groupBy(key);
    };
    return counted(all.selectFrom('done'), 'overall', undefined)
      .unionAll((eb) => counted(eb.selectFrom('done'), 'agent', 'agent'))
      .unionAll((eb) => counted(eb.selectFrom('done'), 'category', 'category_id'))
      .unionAll(opened);
  },
  // Its plan depends on how long the period is.
  { once: true, long: true },
);

/** How much was opened, answered and solved in a period, how long it took, and what customers thought of it: overall, by agent and by category. */
export async function getFigures({ db }: ReadScope, { from, to }: FiguresInput): Promise<Figures> {
  const period = { from: new Date(from), to: new Date(to) };
  const rows = await db.rows(selectDone, period);
  const at = (level: Level) => rows.filter((row) => row.level === level);
  const agents = byKey(at('agent')).map(([agent, counted]) => ({ agent, ...workOf(counted) }));
  const categories = byKey(at('category'));
  return {
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    overall: { opened: totalOf(at('category'), 'opened'), ...workOf(at('overall')) },
    agents: busiest(agents, MAX_AGENTS),
    agentsLeftOut: Math.max(0, agents.length - MAX_AGENTS),
    categories: categories.map(([categoryId, counted]) => ({
      categoryId: String(categoryId),
      opened: totalOf(counted, 'opened'),
      ...workOf(counted),
    })),
  };
}
