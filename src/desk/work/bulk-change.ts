import { AppError } from '../../errors/app-error.js';
import type { WriteScope } from '../../procedure/scope.js';
import { assignment } from './assign-ticket.js';
import { type Change, changeTicket, type LockedTicket } from './change-ticket.js';
import type { BulkChangeInput, BulkResult } from './schemas.js';
import { requireCategory } from './update-ticket.js';

/**
 * Makes one change on many tickets. Each is changed whole or not at all, and what is wrong with one keeps none of the
 * others back: there is a result for each, in the order in which they were sent.
 */
export async function bulkChange(scope: WriteScope, { ticketIds, change }: BulkChangeInput): Promise<BulkResult[]> {
  const results = new Map<string, BulkResult>();
  // Locked in one order, whoever asks: two of these at once wait for each other in turn, never both.
  for (const ticketId of [...new Set(ticketIds)].sort()) results.set(ticketId, await one(scope, ticketId, change));
  return ticketIds.map((ticketId) => results.get(ticketId) as BulkResult);
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
