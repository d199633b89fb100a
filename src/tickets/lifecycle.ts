/**
 * The life of a ticket (contract): Open → In Progress → Resolved → Closed. Pure: what follows from what, nothing else.
 */
export const TICKET_STATUSES = ['Open', 'In Progress', 'Resolved', 'Closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const TICKET_PRIORITIES = ['Low', 'Medium', 'High', 'Critical'] as const;
export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

/** Who writes: the ticket's own customer, or somebody from the desk. */
export type Author = 'requester' | 'desk';

/** The steps that there are, and who may take them: from → to → who. Closed is final. */
export const STEPS: Record<TicketStatus, Partial<Record<TicketStatus, readonly Author[]>>> = {
  // A ticket may be resolved or closed at once: a duplicate, say.
  Open: { 'In Progress': ['desk'], Resolved: ['desk'], Closed: ['desk', 'requester'] },
  'In Progress': { Resolved: ['desk'], Closed: ['desk', 'requester'] },
  // The desk reopens to work on it; its customer, by a message: see below.
  Resolved: { Open: ['requester'], 'In Progress': ['desk', 'requester'], Closed: ['desk', 'requester'] },
  Closed: {},
};

export function mayStep(from: TicketStatus, to: TicketStatus, who: Author): boolean {
  return STEPS[from][to]?.includes(who) ?? false;
}

/**
 * The status after a message: the desk's answer starts the work, the customer's reopens what was resolved. `undefined`:
 * the ticket is closed, which is final.
 */
export function statusAfterMessage(status: TicketStatus, author: Author, assigned: boolean): TicketStatus | undefined {
  if (status === 'Closed') return undefined;
  if (author === 'desk') return status === 'Open' ? 'In Progress' : status;
  if (status === 'Resolved') return assigned ? 'In Progress' : 'Open';
  return status;
}
