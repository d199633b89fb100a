import { dynamicQuery } from '../db/sql/dynamic-query.js';
import { fragment, type NotNull } from '../db/sql/kysely.js';
import type { Writing } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import { OWN_USER_ID } from '../schema/text.js';
import { dueAt } from './due-times.js';
import { listSlaTargets } from './list-targets.js';
import type { ListSlaBreachesInput, SlaBreach } from './schemas.js';
import {
  awaiting,
  minutesOf,
  OPEN_STATUSES,
  OPENED_BY,
  openedBy,
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
const PAGE = { ...VALUES, limit: 'number', skip: 'number', take: 'number' } as const;

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

/** Of each part no more than all pages up to this one can have. `due`: in milliseconds since 1970. */
function places(writing: Writing<typeof PAGE>, asked: Asked) {
  const { db, p, epochMs } = writing;
  const ofParts = parts(writing, asked).map(({ target, tickets }) =>
    db
      .selectFrom(
        tickets
          .select((eb) => [
            'id as placeId',
            'created_at',
            fragment.lit<SlaBreach['target']>(target.kind).as('target'),
            fragment<number>`${epochMs(eb.ref('created_at'))} + ${p[`${target.name}Ms`]}`.as('due'),
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
          .orderBy('created_at')
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
      .orderBy('places.created_at')
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
  const minutes = minutesOf(await listSlaTargets({ db }));
  const targets = TARGETS.filter(({ priority }) => priorities?.includes(priority) ?? true)
    .map(({ name }) => name)
    .filter((name) => minutes[name] > 0);
  const skip = itemsBefore({ page, limit });
  const asked = { targets, assignee: assignee !== undefined, categoryId: categoryId !== undefined, unassigned };
  const rows =
    targets.length === 0
      ? []
      : await db.rows(selectDue(asked), {
          ...openedBy(minutes, new Date(now + within * MINUTE_MS)),
          ...targetMs(minutes),
          categoryId: categoryId ?? null,
          assignee: (assignee === OWN_USER_ID ? principal.userId : assignee) ?? null,
          limit,
          skip,
          take: skip + limit,
        });
  onPage({ page, limit, total: rows[0]?.total ?? 0 });
  return rows.flatMap(({ ticketId, createdAt, total: _, ...row }) => {
    if (ticketId === null) return [];
    const due = dueAt(createdAt, minutes[`${row.target}Of${row.priority}`]);
    return { ticketId, ...row, dueAt: due, breached: Date.parse(due) <= now };
  });
}
