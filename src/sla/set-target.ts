import { AppError } from '../errors/app-error.js';
import type { TransactionScope } from '../procedure/scope.js';
import { isStorable } from '../schema/text.js';
import type { SetSlaTargetInput, SlaTarget } from './schemas.js';

/**
 * Sets both targets of a priority. They hold at once, for tickets that are open already too.
 *
 * @throws AppError NOT_FOUND
 */
export async function setSlaTarget({ db }: TransactionScope, input: SetSlaTargetInput): Promise<SlaTarget> {
  const { priority, ...data } = input;
  const { count } = isStorable(priority) ? await db.slaTarget.updateMany({ where: { priority }, data }) : { count: 0 };
  if (count === 0) throw new AppError('NOT_FOUND', { message: 'No such priority' });
  // What is stored is one of them: the table says so.
  return { ...data, priority: priority as SlaTarget['priority'] };
}
