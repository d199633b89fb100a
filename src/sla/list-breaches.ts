import { type Dialect, Statement, type Value } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import { OWN_USER_ID } from '../schema/text.js';
import { TICKET_PRIORITIES, type TicketPriority } from '../tickets/lifecycle.js';
import { listSlaTargets } from './list-targets.js';
import type { ListSlaBreachesInput, SlaBreach } from './schemas.js';

const MINUTE_MS = 60_000;
type Target = SlaBreach['target'];

/** What is still to be done, as a condition on an open ticket. */
const MISSING: Record<Target, string> = { firstResponse: 'AND first_response_at IS NULL', resolution: '' };
const TARGETS = Object.keys(MISSING) as Target[];
/** Nobody waits any more for what is resolved or closed. */
const OPEN = ['Open', 'In Progress'];

const valueNames = (priority: TicketPriority, target: Target) => ({
  /** When a ticket was opened at the latest that is on the list; null: no ticket of these is. */
  openedBy: `${target}${priority}By`,
  minutes: `${target}${priority}Minutes`,
});

/** Those that are null let every ticket through. */
const FILTERS = `AND (CAST(:assignee AS text) IS NULL OR assigned_agent = :assignee)
        AND (CAST(:categoryId AS text) IS NULL OR category_id = :categoryId)
        AND (CAST(:unassigned AS text) IS NULL OR (assigned_agent IS NULL) = (CAST(:unassigned AS text) = 'true'))`;

/** The open tickets of each status and priority that a target applies to: an index has each of these in order. */
const PARTS = TICKET_PRIORITIES.flatMap((priority) =>
  TARGETS.flatMap((target) => {
    const { openedBy, minutes } = valueNames(priority, target);
    return OPEN.map((status) => ({
      target,
      minutes: `:${minutes}`,
      from: ({ withinTime }: Dialect) => `tickets
      WHERE status = '${status}' AND priority = '${priority}' AND created_at <= :${openedBy} ${MISSING[target]}
        ${FILTERS} AND ${withinTime}`,
    }));
  }),
);

/** Of each part no more than all pages up to this one can have. */
const placesSql = (dialect: Dialect) =>
  PARTS.map(
    ({ target, minutes, from }, index) => `SELECT * FROM (
      SELECT id AS place_id, '${target}' AS target, ${dialect.minutesAfter('created_at', minutes)} AS due
      FROM ${from(dialect)}
      ORDER BY created_at, id LIMIT :take) AS part${index}`,
  ).join(' UNION ALL ');

const IN_ORDER = 'ORDER BY due, place_id, target';

const selectDue = new Statement<Record<string, Value>, Omit<SlaBreach, 'breached'>>(
  'list sla breaches',
  (dialect) => `WITH places AS (SELECT * FROM (${placesSql(dialect)}) AS parts ${IN_ORDER} LIMIT :limit OFFSET :skip)
  SELECT id AS "ticketId", subject, status, priority, assigned_agent AS "assignedAgent", target, due AS "dueAt"
  FROM places CROSS JOIN tickets WHERE id = place_id ${IN_ORDER}`,
  { long: true },
);

const countDue = new Statement<Record<string, Value>, { total: number }>(
  'count sla breaches',
  (dialect) => `SELECT ${PARTS.map(({ from }) => `(SELECT count(*) FROM ${from(dialect)})`).join(' + ')} AS total`,
  { long: true },
);

/**
 * What has been due, or is within so many minutes, most overdue first. A ticket with both targets missed is there twice.
 */
export async function listSlaBreaches(
  { sql, clock, principal, onPage }: ReadScope,
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
  const chosen: Record<string, Value> = {
    categoryId: categoryId ?? null,
    assignee: (assignee === OWN_USER_ID ? principal.userId : assignee) ?? null,
    unassigned: unassigned === undefined ? null : String(unassigned),
  };
  for (const one of await listSlaTargets({ sql })) {
    const asked = priorities === undefined || priorities.includes(one.priority);
    for (const target of TARGETS) {
      const minutes = one[`${target}Minutes`];
      const names = valueNames(one.priority, target);
      chosen[names.openedBy] = asked && minutes > 0 ? new Date(now + (within - minutes) * MINUTE_MS) : null;
      chosen[names.minutes] = minutes;
    }
  }
  const skip = itemsBefore({ page, limit });
  const rows = await sql.rows(selectDue, { ...chosen, limit, skip, take: skip + limit });
  const counted = await sql.row(countDue, chosen);
  onPage({ page, limit, total: counted?.total ?? 0 });
  return rows.map((row) => ({ ...row, breached: Date.parse(row.dueAt) <= now }));
}
