import type { Principal } from '../../auth/principal.js';
import { AppError } from '../../errors/app-error.js';
import type { WriteScope } from '../../procedure/scope.js';
import { OWN_USER_ID } from '../../schema/text.js';
import { requireIntended } from '../../tickets/intended-user.js';
import { type Change, changeTicket, type LockedTicket } from './change-ticket.js';
import type { AssignTicketInput, TicketInput, TicketState } from './schemas.js';

/**
 * Gives a ticket to the principal, and starts the work on it. One that is theirs already stays so.
 *
 * @throws AppError NOT_FOUND; TICKET_TAKEN, by whom; INVALID_TRANSITION for a closed one.
 */
export function takeTicket(scope: WriteScope, { ticketId }: TicketInput): Promise<TicketState> {
  const { userId } = scope.principal;
  return changeTicket(scope, ticketId, (ticket) => {
    const { assignedAgent, status } = ticket;
    if (status === 'Closed')
      throw new AppError('INVALID_TRANSITION', { message: 'The ticket is Closed, which is final' });
    if (assignedAgent === null || assignedAgent === userId) return assignment(ticket, userId);
    throw new AppError('TICKET_TAKEN', { message: `${assignedAgent} has this ticket` });
  });
}

/**
 * Gives a ticket to an agent, whoever had it before. Whether there is such an agent only the issuer of the tokens knows.
 *
 * @throws AppError BAD_REQUEST at `agentId`: see requireIntended(); NOT_FOUND; INVALID_TRANSITION for a closed one.
 */
export async function assignTicket(scope: WriteScope, { ticketId, agentId }: AssignTicketInput): Promise<TicketState> {
  const agent = agentIn(scope.principal, agentId);
  await requireIntended(scope, { userId: agent, as: 'agent', path: 'agentId' });
  return changeTicket(scope, ticketId, (ticket) => assignment(ticket, agent));
}

/**
 * Puts a ticket back for anybody to take. Its status stays: the work has begun.
 *
 * @throws AppError NOT_FOUND; INVALID_TRANSITION for a closed one.
 */
export function unassignTicket(scope: WriteScope, { ticketId }: TicketInput): Promise<TicketState> {
  return changeTicket(scope, ticketId, () => ({ assignedAgent: null }));
}

/** Who an input means by an agent's id: `me` is whoever asks. */
export function agentIn({ userId }: Principal, agentId: string): string {
  return agentId === OWN_USER_ID ? userId : agentId;
}

/** Somebody has it, so it is being worked on. */
export function assignment({ status }: LockedTicket, assignedAgent: string): Change {
  return status === 'Open' ? { assignedAgent, status: 'In Progress' } : { assignedAgent };
}
