import { type Dialect, Statement, type Value } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import { OWN_USER_ID } from '../schema/text.js';
import { TICKET_PRIORITIES, type TicketPriority } from '../tickets/lifecycle.js';
import { OPEN_STATUSES, openedBy, targetMinutes } from './due-sql.js';
import type { ListSlaBreachesInput, SlaBreach } from './schemas.js';

const MINUTE_MS = 60_000;
type Target = SlaBreach['target'];

/** What is still to be done, as a condition on an open ticket. */
const MISSING: Record<Target, string> = { firstResponse: 'AND first_response_at IS NULL', resolution: '' };
const TARGETS = Object.keys(MISSING) as Target[];

/** Whether a priority is asked for: 1 or 0. */
const askedFor = (priority: TicketPriority) => `asked${priority}`;

/** Those that are null let every ticket through. */
const FILTERS = `AND (CAST(:assignee AS text) IS NULL OR assigned_agent = :assignee)
        AND (CAST(:categoryId AS text) IS NULL OR category_id = :categoryId)
        AND (CAST(:unassigned AS text) IS NULL OR (assigned_agent IS NULL) = (CAST(:unassigned AS text) = 'true'))`;

/** The open tickets of each status and priority that a target applies to: an index has each of these in order. */
const PARTS = TICKET_PRIORITIES.flatMap((priority) =>
  TARGETS.flatMap((target) =>
    OPEN_STATUSES.map((status) => ({
      target,
      minutes: targetMinutes(priority, target),
      from: (dialect: Dialect) => `tickets
      WHERE status = '${status}' AND priority = '${priority}'
        AND created_at <= ${openedBy(dialect, { priority, target, due: ':until', where: `CAST(:${askedFor(priority)} AS integer) = 1` })}
        ${MISSING[target]} ${FILTERS} AND ${dialect.withinTime}`,
    })),
  ),
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

/** One statement, so that the targets, the page and the total are of one moment. An empty page is one row, with the total alone. */
const selectDue = new Statement<Record<string, Value>, Omit<SlaBreach, 'breached'> & { total: number }>(
  'list sla breaches',
  (dialect) => `WITH places AS (SELECT * FROM (${placesSql(dialect)}) AS parts ${IN_ORDER} LIMIT :limit OFFSET :skip),
    counted AS (SELECT ${PARTS.map(({ from }) => `(SELECT count(*) FROM ${from(dialect)})`).join(' + ')} AS total)
  SELECT total, id AS "ticketId", subject, status, priority, assigned_agent AS "assignedAgent", target, due AS "dueAt"
  FROM counted LEFT JOIN places ON TRUE LEFT JOIN tickets ON id = place_id ${IN_ORDER}`,
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
  const skip = itemsBefore({ page, limit });
  const asked = (priority: TicketPriority) => Number(priorities?.includes(priority) ?? true);
  const rows = await sql.rows(selectDue, {
    until: new Date(now + within * MINUTE_MS),
    categoryId: categoryId ?? null,
    assignee: (assignee === OWN_USER_ID ? principal.userId : assignee) ?? null,
    unassigned: unassigned === undefined ? null : String(unassigned),
    ...Object.fromEntries(TICKET_PRIORITIES.map((priority) => [askedFor(priority), asked(priority)])),
    limit,
    skip,
    take: skip + limit,
  });
  onPage({ page, limit, total: rows[0]?.total ?? 0 });
  return rows
    .filter(({ ticketId }) => ticketId !== null)
    .map(({ total: _, ...row }) => ({ ...row, breached: Date.parse(row.dueAt) <= now }));
}
