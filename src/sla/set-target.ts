import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import type { WriteScope } from '../procedure/scope.js';
import { isStorable } from '../schema/text.js';
import type { SetSlaTargetInput, SlaTarget } from './schemas.js';

const updateTarget = new Statement<SetSlaTargetInput, SlaTarget>(
  'set sla target',
  `UPDATE sla_targets SET first_response_minutes = :firstResponseMinutes, resolution_minutes = :resolutionMinutes
  WHERE priority = :priority
  RETURNING priority, first_response_minutes AS "firstResponseMinutes", resolution_minutes AS "resolutionMinutes"`,
);

/**
 * Sets both targets of a priority. They hold at once, for tickets that are open already too.
 *
 * @throws AppError NOT_FOUND
 */
export async function setSlaTarget({ sql }: WriteScope, input: SetSlaTargetInput): Promise<SlaTarget> {
  const set = isStorable(input.priority) ? await sql.row(updateTarget, input) : undefined;
  if (set === undefined) throw new AppError('NOT_FOUND', { message: 'No such priority' });
  return set;
}
