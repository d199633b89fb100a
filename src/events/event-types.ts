/** What can happen to a ticket. Stable: readers of the feed go by it. */
export const EVENT_TYPES = [
  'ticket.created',
  'ticket.assigned',
  'ticket.unassigned',
  'ticket.updated',
  'ticket.resolved',
  'ticket.reopened',
  'ticket.closed',
  'message.added',
  'note.added',
  'ticket.tagged',
  'ticket.rated',
  'file.removed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
