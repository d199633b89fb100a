import type { Time } from '../db/sql/column-types.js';
import { fragment } from '../db/sql/kysely.js';
import { query, type Writing } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { doneIn, NO_NUMBER, openedIn, type Step } from './done.js';
import { type Figures, type FiguresInput, MAX_AGENTS } from './schemas.js';
import { busiest, byKey, type Level, type Measure, totalOf, workOf } from './work.js';

const NO_KEY = fragment<string | null>`CAST(NULL AS text)`;
const PERIOD = { from: 'tickets.created_at', to: 'tickets.created_at' } as const;

/** The period is one step. */
function wholePeriod({ engine, p }: Writing<typeof PERIOD>) {
  const [from, to] =
    engine === 'sqlite'
      ? [p.from, p.to]
      : [fragment<Time>`CAST(${p.from} AS timestamptz)`, fragment<Time>`CAST(${p.to} AS timestamptz)`];
  return fragment<Step>`(SELECT 0 AS place, ${from} AS starts, ${to} AS ends)`.as('steps');
}

/**
 * One statement, so that all numbers are of one moment, and counted and sorted where it runs: the values of a year are a
 * million and more.
 */
const selectDone = query(
  'figures',
  PERIOD,
  (writing) => {
    const { db, medianAndP90 } = writing;
    const steps = wholePeriod(writing);
    const opened = openedIn(writing, steps)
      .select((eb) => [
        fragment.lit<Level>('category').as('level'),
        'category_id as key',
        fragment.lit<Measure>('opened').as('measure'),
        NO_NUMBER.as('score'),
        eb.fn.countAll<number>().as('total'),
        fragment<string | null>`NULL`.as('times'),
      ])
      .groupBy('category_id');
    const all = db.with('done', () => doneIn(writing, steps));
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
