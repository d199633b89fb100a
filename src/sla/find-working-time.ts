import { LRUCache } from 'lru-cache';
import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import type { SlaCalendar } from './calendar-schemas.js';
import { WorkingTime } from './working-time.js';

/** The revision of the calendar by which all time counts, as it comes. */
export const ALWAYS = '';

/** SQL: the metrics and each look at the queue need it, and most instances never load Prisma. */
const selectCalendar = query('select sla calendar', {}, ({ db }) =>
  db
    .selectFrom('sla_calendar')
    .select(['revision', 'time_zone as timeZone', 'weekly_hours as weeklyHours', 'holidays']),
);

/** The calendar, and its revision. */
export async function readCalendar(db: Sql): Promise<SlaCalendar & { revision: string }> {
  const row = await db.row(selectCalendar, {});
  if (row === undefined) throw new TypeError('The row of sla_calendar is gone');
  return { ...row, weeklyHours: JSON.parse(row.weeklyHours), holidays: JSON.parse(row.holidays) };
}

/** A revision never changes, so it is known for good. */
const known = new LRUCache<string, WorkingTime>({ max: 8 });

/**
 * How time counts by the calendar of a revision that was read with tickets. Where it is not known yet, the calendar is read, which may be
 * newer than they are.
 */
export async function findWorkingTime(db: Sql, revision: string | null | undefined): Promise<WorkingTime> {
  if (!revision) return WorkingTime.always;
  return known.get(revision) ?? workingTimeOf(await readCalendar(db));
}

async function workingTimeOf({
  revision,
  ...calendar
}: Awaited<ReturnType<typeof readCalendar>>): Promise<WorkingTime> {
  // Loaded where it is needed: time zones take some megabytes.
  const { offsetsOf } = await import('./time-zone.js');
  const working = WorkingTime.of(calendar, (from, to) => offsetsOf(calendar.timeZone, from, to));
  known.set(revision, working);
  return working;
}
