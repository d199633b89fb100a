import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { TICKET_PRIORITIES } from '../tickets/lifecycle.js';
import type { SlaTarget } from './schemas.js';

/** SQL: the metrics of every instance read it, and most instances never load Prisma. */
const selectTargets = query('list sla targets', {}, ({ db }) =>
  db
    .selectFrom('sla_targets')
    .select(['priority', 'first_response_minutes as firstResponseMinutes', 'resolution_minutes as resolutionMinutes']),
);

/** The targets of all priorities, the most urgent first. */
export async function listSlaTargets({ db }: { db: Sql }): Promise<SlaTarget[]> {
  const rows = await db.rows(selectTargets, {});
  const urgency = ({ priority }: SlaTarget) => TICKET_PRIORITIES.indexOf(priority);
  return rows.sort((a, b) => urgency(b) - urgency(a));
}
