import type { Time } from '../db/sql/column-types.js';
import { dynamicQuery } from '../db/sql/dynamic-query.js';
import { fragment } from '../db/sql/kysely.js';
import type { Writing } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { OWN_USER_ID } from '../schema/text.js';
import { doneIn, NO_NUMBER, openedIn, type Step } from './done.js';
import type { FigureSeries, FigureSeriesInput } from './schemas.js';
import { byKey, type Measure, totalOf, workOf } from './work.js';

const VALUES = { steps: 'text', categoryId: 'tickets.category_id?', agent: 'tickets.assigned_agent?' } as const;

/** What is asked for, but for the values. */
interface Asked {
  readonly categoryId: boolean;
  readonly agent: boolean;
}

/** The parts of the period, from a JSON array of their places, beginnings and ends. */
function stepsIn({ engine, p }: Writing<typeof VALUES>) {
  const rows =
    engine === 'sqlite'
      ? fragment`json_each(${p.steps}) AS step`
      : fragment`json_array_elements(CAST(${p.steps} AS json)) AS step(value)`;
  const time = (index: number) =>
    engine === 'sqlite'
      ? fragment<Time>`value ->> ${fragment.lit(index)}`
      : fragment<Time>`CAST(value ->> ${fragment.lit(index)} AS timestamptz)`;
  return fragment<Step>`(SELECT CAST(value ->> 0 AS integer) AS place, ${time(1)} AS starts, ${time(2)} AS ends FROM ${rows})`.as(
    'steps',
  );
}

/** One statement, so that all parts are of one moment. */
const selectSeries = dynamicQuery(
  'figures of parts',
  VALUES,
  (writing, asked: Asked) => {
    const { db, p, medianAndP90 } = writing;
    const steps = stepsIn(writing);
    // Kept as they are read: with a filter inside, PostgreSQL looks at the tickets of all times first.
    const all = db
      .with(
        (cte) => cte('done').materialized(),
        () => doneIn(writing, steps),
      )
      .with(
        (cte) => cte('opened').materialized(),
        () => openedIn(writing, steps).select(['place', 'category_id']),
      );
    const done = all
      .selectFrom('done')
      .select((eb) => [
        'place',
        'measure',
        'score',
        eb.fn.countAll<number>().as('total'),
        medianAndP90(eb.ref('value')).$castTo<string | null>().as('times'),
      ])
      .$if(asked.categoryId, (some) => some.where('category_id', '=', p.categoryId))
      .$if(asked.agent, (some) => some.where('agent', '=', p.agent))
      .groupBy(['place', 'measure', 'score']);
    if (asked.agent) return done;
    return done.unionAll((eb) =>
      eb
        .selectFrom('opened')
        .select(({ fn }) => [
          'place',
          fragment.lit<Measure>('opened').as('measure'),
          NO_NUMBER.as('score'),
          fn.countAll<number>().as('total'),
          fragment<string | null>`NULL`.as('times'),
        ])
        .$if(asked.categoryId, (some) => some.where('category_id', '=', p.categoryId))
        .groupBy('place'),
    );
  },
  { long: true },
);

/** The figures of each day, week or month of a period: of all work, of one category's, or of one agent's. */
export async function getFigureSeries(
  { db, principal }: ReadScope,
  { categoryId, agent, ...asked }: FigureSeriesInput,
): Promise<FigureSeries> {
  // Only who asks for it loads what knows time zones.
  const { edgesOf } = await import('./steps.js');
  const edges = edgesOf(asked);
  const steps = edges.slice(1).map((to, place) => ({ from: edges[place] as string, to }));
  const isOfAgent = agent !== undefined;
  const rows = await db.rows(selectSeries({ categoryId: categoryId !== undefined, agent: isOfAgent }), {
    // As SQLite stores times.
    steps: JSON.stringify(steps.map((step, place) => [place, ...[step.from, step.to].map(stored)])),
    categoryId: categoryId ?? null,
    agent: (agent === OWN_USER_ID ? principal.userId : agent) ?? null,
  });
  const counted = new Map(byKey(rows.map(({ place, ...row }) => ({ key: String(place), ...row }))));
  return {
    from: edges[0] as string,
    to: edges.at(-1) as string,
    every: asked.every,
    timeZone: asked.timeZone,
    series: steps.map((step, place) => {
      const own = counted.get(String(place)) ?? [];
      return { ...step, opened: isOfAgent ? null : totalOf(own, 'opened'), ...workOf(own) };
    }),
  };
}

function stored(time: string): string {
  return time.replace('Z', '+00:00');
}
