import { dynamicQuery } from '../db/sql/dynamic-query.js';
import { fragment, type NotNull } from '../db/sql/kysely.js';
import type { Writing } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import { OWN_USER_ID } from '../schema/text.js';
import { dueAt } from './due-times.js';
import { findSlaTerms } from './find-terms.js';
import type { ListSlaBreachesInput, SlaBreach } from './schemas.js';
import {
  awaiting,
  OPEN_STATUSES,
  OPENED_BY,
  openedBy,
  type SlaTerms,
  TARGET_MS,
  TARGETS,
  targetMs,
} from './targets-sql.js';

const MINUTE_MS = 60_000;

const VALUES = {
  ...OPENED_BY,
  ...TARGET_MS,
  assignee: 'tickets.assigned_agent?',
  categoryId: 'tickets.category_id?',
} as const;
const PAGE = { ...VALUES, intervals: 'text', limit: 'number', skip: 'number', take: 'number' } as const;

/** What is asked for, but for the values. */
interface Asked {
  readonly targets: readonly (keyof typeof OPENED_BY)[];
  readonly assignee: boolean;
  readonly categoryId: boolean;
  readonly unassigned: boolean | undefined;
}

/** The open tickets of each status and priority that a target applies to: an index has each of these in order. */
function parts({ db, p, withinTime }: Writing<typeof VALUES>, { targets, ...filters }: Asked) {
  return TARGETS.filter(({ name }) => targets.includes(name)).flatMap((target) =>
    OPEN_STATUSES.map((status) => ({
      target,
      tickets: awaiting(db, target)
        .where('status', '=', status)
        .where('created_at', '<=', p[target.name])
        .$if(filters.assignee, (tickets) => tickets.where('assigned_agent', '=', p.assignee))
        .$if(filters.categoryId, (tickets) => tickets.where('category_id', '=', p.categoryId))
        .$if(filters.unassigned === true, (tickets) => tickets.where('assigned_agent', 'is', null))
        .$if(filters.unassigned === false, (tickets) => tickets.where('assigned_agent', 'is not', null))
        .where(withinTime),
    })),
  );
}

/** Of each part no more than all pages up to this one can have. */
function firstOfParts(writing: Writing<typeof PAGE>, asked: Asked) {
  const { db, p, epochMs } = writing;
  const ofParts = parts(writing, asked).map(({ target, tickets }) =>
    db
      .selectFrom(
        tickets
          .select((eb) => [
            'id as placeId',
            fragment.lit<SlaBreach['target']>(target.kind).as('target'),
            epochMs(eb.ref('created_at')).as('opened'),
            eb.cast<number>(p[`${target.name}Ms`], 'bigint').as('ms'),
          ])
          .orderBy('created_at')
          .orderBy('id')
          .limit(p.take)
          .as('part'),
      )
      .selectAll(),
  );
  return ofParts.reduce((all, part) => all.unionAll(part));
}

/** The intervals of the calendar, in columns beside those of tickets. What a ticket has is null; these rows are left out in the end. */
function intervals({ db, p, engine }: Writing<typeof PAGE>) {
  const rows =
    engine === 'sqlite'
      ? fragment<{ value: string }>`json_each(${p.intervals})`
      : fragment<{ value: string }>`json_array_elements(CAST(${p.intervals} AS json))`;
  const number = (index: number) => fragment<number>`CAST(value ->> ${fragment.lit(index)} AS bigint)`;
  return db
    .selectFrom(rows.as('intervals'))
    .select([
      fragment<string>`CAST(NULL AS text)`.as('placeId'),
      fragment<SlaBreach['target']>`CAST(NULL AS text)`.as('target'),
      number(0).as('opened'),
      fragment<number>`CAST(NULL AS bigint)`.as('ms'),
      number(1).as('starts'),
      number(2).as('before'),
      number(3).as('after'),
    ]);
}

const none = () => fragment<number | null>`CAST(NULL AS bigint)`;

/**
 * How much time of the calendar has counted when a target is due, `due`: that is also their order. What has counted until a ticket was
 * opened follows from the last interval that started before that. Intervals and tickets are sorted together once: to look for the
 * interval of each ticket would be to read all of them each time.
 */
function places(writing: Writing<typeof PAGE>, asked: Asked) {
  const { db } = writing;
  const timed = db
    .selectFrom(firstOfParts(writing, asked).as('tickets'))
    .select(['placeId', 'target', 'opened', 'ms', none().as('starts'), none().as('before'), none().as('after')])
    .unionAll(intervals(writing));
  const placed = db.selectFrom(timed.as('timed')).select(({ fn }) => [
    'placeId',
    'target',
    'opened',
    'ms',
    fn
      .max('starts')
      .over((over) => over.orderBy('opened'))
      .as('starts'),
    fn
      .max('before')
      .over((over) => over.orderBy('opened'))
      .as('before'),
    fn
      .max('after')
      .over((over) => over.orderBy('opened'))
      .as('after'),
  ]);
  return db
    .selectFrom(placed.as('placed'))
    .select(({ ref }) => {
      const counted = fragment<number>`${ref('before')} + ${ref('opened')} - ${ref('starts')}`;
      const limited = fragment<number>`CASE WHEN ${counted} < ${ref('after')} THEN ${counted} ELSE ${ref('after')} END`;
      return ['placeId', 'target', 'opened', fragment<number>`${limited} + ${ref('ms')}`.as('due')];
    })
    .where('placeId', 'is not', null);
}

/** One statement, so that the page and the total are of one moment. An empty page is one row, with the total alone. */
const selectDue = dynamicQuery(
  'list sla breaches',
  PAGE,
  (writing, asked: Asked) => {
    const { db, p } = writing;
    const numbers = parts(writing, asked).map(({ tickets }) =>
      tickets.select((eb) => eb.fn.countAll<number>().as('due')),
    );
    return db
      .with('places', () =>
        db
          .selectFrom(places(writing, asked).as('parts'))
          .selectAll()
          .orderBy('due')
          .orderBy('opened')
          .orderBy('placeId')
          .orderBy('target')
          .limit(p.limit)
          .offset(p.skip),
      )
      .with('counted', () => db.selectNoFrom(fragment<number>`${fragment.join(numbers, fragment` + `)}`.as('total')))
      .selectFrom('counted')
      .leftJoin('places', (join) => join.onTrue())
      .leftJoin('tickets', 'tickets.id', 'placeId')
      .select([
        'total',
        'tickets.id as ticketId',
        'subject',
        'status',
        'priority',
        'assigned_agent as assignedAgent',
        'target',
        'tickets.created_at as createdAt',
      ])
      .orderBy('due')
      .orderBy('opened')
      .orderBy('placeId')
      .orderBy('target')
      .$narrowType<{ subject: NotNull; status: NotNull; priority: NotNull; target: NotNull; createdAt: NotNull }>();
  },
  { long: true },
);

/**
 * What has been due, or is within so many minutes, most overdue first; what is due at once in the order of opening. A ticket with both
 * targets missed is there twice.
 */
export async function listSlaBreaches(
  { db, clock, principal, onPage }: ReadScope,
  {
    within,
    priority: priorities,
    categoryId,
    assignee,
    unassigned,
    cursor,
    page = cursor ?? 1,
    limit,
  }: ListSlaBreachesInput,
): Promise<SlaBreach[]> {
  const now = clock.now().getTime();
  const until = now + within * MINUTE_MS;
  const terms = await findSlaTerms(db);
  const { minutes, working } = terms;
  const targets = TARGETS.filter(({ priority }) => priorities?.includes(priority) ?? true)
    .map(({ name }) => name)
    .filter((name) => minutes[name] > 0);
  const skip = itemsBefore({ page, limit });
  const asked = { targets, assignee: assignee !== undefined, categoryId: categoryId !== undefined, unassigned };
  const rows =
    targets.length === 0
      ? []
      : await db.rows(selectDue(asked), {
          ...openedBy(terms, until),
          ...targetMs(minutes),
          categoryId: categoryId ?? null,
          assignee: (assignee === OWN_USER_ID ? principal.userId : assignee) ?? null,
          intervals: intervalsFor(terms, until),
          limit,
          skip,
          take: skip + limit,
        });
  onPage({ page, limit, total: rows[0]?.total ?? 0 });
  return rows.flatMap(({ ticketId, createdAt, total: _, ...row }) => {
    if (ticketId === null) return [];
    const due = dueAt(working, createdAt, minutes[`${row.target}Of${row.priority}`]);
    return { ticketId, ...row, dueAt: due, breached: Date.parse(due) <= now };
  });
}

/** Rows for intervals(): the first is also for tickets that have become the oldest since the terms were read. */
function intervalsFor({ working, oldest }: SlaTerms, until: number): string {
  const rows = working.table(Math.min(oldest, until), until);
  return JSON.stringify(rows.map((row, index) => [index === 0 ? 0 : row[0], ...row]));
}
