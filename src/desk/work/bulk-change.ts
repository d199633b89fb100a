import { query } from '../../db/sql/query.js';
import { AppError } from '../../errors/app-error.js';
import type { WriteScope } from '../../procedure/scope.js';
import { isTicketId } from '../../schema/ids.js';
import { requireIntended } from '../../tickets/intended-user.js';
import { agentIn, assignment } from './assign-ticket.js';
import { type Change, changeTicket, type LockedTicket } from './change-ticket.js';
import type { BulkChangeInput, BulkResult } from './schemas.js';
import { requireCategory } from './update-ticket.js';

const selectUsers = query('select users of tickets', { ticketIds: 'text' }, ({ db, p, listed }) =>
  db
    .selectFrom('tickets')
    .select(['id as ticketId', 'user_id as userId'])
    .where('id', 'in', db.selectFrom(listed(p.ticketIds).as('listed')).select('value')),
);

/**
 * Makes one change on many tickets. Each is changed whole or not at all, and what is wrong with one keeps none of the
 * others back: there is a result for each, in the order in which they were sent.
 *
 * @throws AppError BAD_REQUEST at `change.assignedAgent`: see requireIntended()
 */
export async function bulkChange(
  scope: WriteScope,
  { ticketIds, change: asked }: BulkChangeInput,
): Promise<BulkResult[]> {
  const { assignedAgent } = asked;
  const change = assignedAgent ? { ...asked, assignedAgent: agentIn(scope.principal, assignedAgent) } : asked;
  if (change.assignedAgent) {
    await requireIntended(scope, { userId: change.assignedAgent, as: 'agent', path: 'change.assignedAgent' });
  }
  const results = new Map<string, BulkResult>();
  for (const ticketId of await inLockOrder(scope, ticketIds)) results.set(ticketId, await one(scope, ticketId, change));
  return ticketIds.map((ticketId) => results.get(ticketId) as BulkResult);
}

/** Each once: by user, then by ticket (docs/decisions/0019-lock-order.md). The user of a ticket never changes. */
async function inLockOrder({ db }: WriteScope, ticketIds: readonly string[]): Promise<string[]> {
  const ids = [...new Set(ticketIds)].sort();
  const found = await db.rows(selectUsers, { ticketIds: JSON.stringify(ids.filter(isTicketId)) });
  const users = new Map(found.map(({ ticketId, userId }) => [ticketId, userId]));
  // What is not there locks nobody.
  const userOf = (ticketId: string) => users.get(ticketId) ?? '';
  return ids.sort((a, b) => (userOf(a) < userOf(b) ? -1 : userOf(a) > userOf(b) ? 1 : 0));
}

async function one(scope: WriteScope, ticketId: string, change: BulkChangeInput['change']): Promise<BulkResult> {
  try {
    const { version } = await changeTicket(scope, ticketId, async (ticket) => {
      await requireCategory(scope, ticket, change.categoryId);
      return changeOf(ticket, change);
    });
    return { ticketId, ok: true, version, error: null };
  } catch (error) {
    // Refused before anything of it was written; what fails otherwise fails all.
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    const message = error.details?.[0]?.message ?? error.message;
    return { ticketId, ok: false, version: null, error: { code: error.appCode, message } };
  }
}

function changeOf(ticket: LockedTicket, { assignedAgent, ...rest }: BulkChangeInput['change']): Change {
  if (assignedAgent === undefined) return rest as Change;
  return { ...(assignedAgent === null ? { assignedAgent } : assignment(ticket, assignedAgent)), ...(rest as Change) };
}
