import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { TICKET_PRIORITIES } from '../tickets/lifecycle.js';
import type { SlaTarget } from './schemas.js';

const selectTargets = new Statement<Record<string, never>, SlaTarget>(
  'list sla targets',
  `SELECT priority, first_response_minutes AS "firstResponseMinutes", resolution_minutes AS "resolutionMinutes"
  FROM sla_targets`,
);

/** The targets of all priorities, the most urgent first. */
export async function listSlaTargets({ sql }: { sql: Sql }): Promise<SlaTarget[]> {
  const rows = await sql.rows(selectTargets, {});
  const urgency = ({ priority }: SlaTarget) => TICKET_PRIORITIES.indexOf(priority);
  return rows.sort((a, b) => urgency(b) - urgency(a));
}
