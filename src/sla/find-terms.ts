import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { calendarRevision } from './due-times.js';
import { findWorkingTime } from './find-working-time.js';
import { minutesOf, OPEN_STATUSES, type SlaTerms } from './targets-sql.js';

/** SQL: the metrics of every instance read it. The oldest of each status and priority is the first of its index. */
const selectTerms = query('select sla terms', {}, ({ db }) =>
  db.selectFrom('sla_targets').select((eb) => {
    const oldest = (status: (typeof OPEN_STATUSES)[number]) =>
      eb
        .selectFrom('tickets')
        .select((tickets) => tickets.fn.min('created_at').as('created_at'))
        .where('status', '=', status)
        .whereRef('tickets.priority', '=', 'sla_targets.priority')
        .$asScalar();
    const [open, inProgress] = OPEN_STATUSES;
    return [
      'priority',
      'first_response_minutes as firstResponseMinutes',
      'resolution_minutes as resolutionMinutes',
      calendarRevision(db).as('calendarRevision'),
      oldest(open).as('oldestOpenAt'),
      oldest(inProgress).as('oldestInProgressAt'),
    ];
  }),
);

/** What is to be known before tickets are looked for by when their targets are due. */
export async function findSlaTerms(db: Sql): Promise<SlaTerms> {
  const rows = await db.rows(selectTerms, {});
  const working = await findWorkingTime(db, rows[0]?.calendarRevision);
  const opened = rows.flatMap(({ oldestOpenAt, oldestInProgressAt }) => [oldestOpenAt, oldestInProgressAt]);
  const oldest = Math.min(...opened.map((time) => (time === null ? Number.POSITIVE_INFINITY : Date.parse(time))));
  return { minutes: minutesOf(rows), working, oldest };
}
