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
import { busiest, type Done, type Measure, partsOf, workOf } from './part.js';
import { type Figures, type FiguresInput, MAX_AGENTS } from './schemas.js';

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

const PERIOD = { from: 'tickets.created_at', to: 'tickets.created_at' } as const;

/**
 * One statement, so that all numbers are of one moment. It sorts nothing: on SQLite that would keep all other requests
 * waiting, three times as long as this and the sorting of plain numbers after it.
 *
 * Each range is walked in an index. Every status and priority is named, as two of the indexes begin with them.
 */
const selectDone = query(
  'figures',
  PERIOD,
  ({ db, p, seconds, jsonArray, withinTime }) => {
    const within = (time: Expression<Time | null>) => fragment<SqlBool>`${time} >= ${p.from} AND ${time} < ${p.to}`;
    const answered = db
      .selectFrom('tickets')
      .select((eb) => [
        fragment.lit<Measure>('answered').as('measure'),
        'category_id',
        seconds(eb.ref('created_at'), eb.ref('first_response_at')).as('value'),
        firstAnswerer(db).as('agent'),
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
      ])
      .where((eb) => within(eb.ref('created_at')))
      .where(withinTime);
    const opened = db
      .selectFrom('tickets')
      .select((eb) => [
        fragment.lit<Measure>('opened').as('measure'),
        'category_id as categoryId',
        fragment<string | null>`NULL`.as('agent'),
        eb.fn.countAll<number>().as('total'),
        fragment.lit('[]').as('values'),
      ])
      .where('status', 'in', TICKET_STATUSES)
      .where('priority', 'in', TICKET_PRIORITIES)
      .where((eb) => within(eb.ref('created_at')))
      .where(withinTime)
      .groupBy('category_id');
    return db
      .with('done', () => answered.unionAll(solved).unionAll(rated))
      .selectFrom('done')
      .select((eb) => [
        'measure',
        'category_id as categoryId',
        'agent',
        eb.fn.countAll<number>().as('total'),
        jsonArray(eb.ref('value')).as('values'),
      ])
      .groupBy(['measure', 'category_id', 'agent'])
      .unionAll(opened);
  },
  // Its plan depends on how long the period is.
  { once: true, long: true },
);

/** How much was opened, answered and solved in a period, how long it took, and what customers thought of it: overall, by agent and by category. */
export async function getFigures({ db }: ReadScope, { from, to }: FiguresInput): Promise<Figures> {
  const period = { from: new Date(from), to: new Date(to) };
  const rows = await db.rows(selectDone, period);
  const all = rows.map((row): Done => ({ ...row, values: JSON.parse(row.values) }));
  const opened = all.filter(({ measure }) => measure === 'opened');
  const done = all.filter(({ measure }) => measure !== 'opened');
  const agents = partsOf(done, 'agent').map(([agent, part]) => ({ agent, ...workOf(part) }));
  const sum = (some: Done[]) => some.reduce((total, one) => total + one.total, 0);
  return {
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    overall: { opened: sum(opened), ...workOf(done) },
    agents: busiest(agents, MAX_AGENTS),
    agentsLeftOut: Math.max(0, agents.length - MAX_AGENTS),
    categories: partsOf(all, 'categoryId').map(([categoryId, part]) => ({
      categoryId,
      opened: sum(part.filter(({ measure }) => measure === 'opened')),
      ...workOf(part),
    })),
  };
}
