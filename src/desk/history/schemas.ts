import { z } from 'zod';
import { EVENT_TYPES } from '../../events/event-types.js';
import { presenceItem } from '../../presence/schemas.js';
import { oneWayFields, withOnePlace } from '../../schema/pagination.js';
import { timestamp } from '../../schema/time.js';
import { ready, watchFields } from '../../schema/watch.js';
import { ticketId } from '../../tickets/schemas.js';

export const listEventsInput = withOnePlace(z.strictObject(oneWayFields), 'after').default({ limit: 20 });
export const listTicketEventsInput = withOnePlace(z.strictObject({ ticketId, ...oneWayFields }), 'after');

const fields = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]));

export const event = z
  .strictObject({
    eventId: z.int().meta({ description: 'Unique; not the order of the feed' }),
    ticketId: z.string(),
    type: z.enum(EVENT_TYPES).meta({ id: 'EventType', description: 'What happened' }),
    actor: z.string().meta({ description: 'User id of who did it; `system` for what happens by itself' }),
    before: fields.meta({ description: 'The fields that changed, as they were' }),
    after: fields.meta({ description: 'The same fields, as they are now; for what was added, its id' }),
    version: z.int().nullable().meta({
      description:
        "The ticket's `version` that the change led to; null in events of before it was recorded. Whoever has the ticket with this one or a greater one knows what the event tells",
    }),
    timestamp,
  })
  .meta({ id: 'Event' });

const RESOLVED = {
  eventId: 1042,
  ticketId: 'ticket_123',
  type: 'ticket.resolved',
  actor: 'agent_123',
  before: { status: 'In Progress', resolution: null },
  after: { status: 'Resolved', resolution: 'The card had expired' },
  version: 6,
  timestamp: '2024-01-23T10:30:00Z',
} as const;

export const eventsOutput = z
  .strictObject({
    events: z.array(event).meta({ description: 'Oldest first' }),
    next: z.string().meta({ description: 'For `after` (or `cursor`), now or whenever there may be more' }),
  })
  .meta({ id: 'EventPage', examples: [{ events: [RESOLVED], next: 'WzEwNDIsMTA0Ml0' }] });

export const watchEventsInput = z
  .strictObject({
    ...watchFields,
    presence: z
      .boolean({ error: 'Must be true or false' })
      .default(false)
      .meta({ description: 'Also who is at which ticket, and who types there: at first all, then what changes' }),
  })
  .default({ presence: false });

/** What a stream of the feed gives. */
export const deskStreamItem = z
  .discriminatedUnion('type', [ready, event, presenceItem])
  .meta({ id: 'DeskStreamItem', examples: [RESOLVED] });

export type ListEventsInput = z.infer<typeof listEventsInput>;
export type ListTicketEventsInput = z.infer<typeof listTicketEventsInput>;
export type TicketEvent = z.infer<typeof event>;
export type WatchEventsInput = z.infer<typeof watchEventsInput>;
export type DeskStreamItem = z.infer<typeof deskStreamItem>;
export type EventPage = z.infer<typeof eventsOutput>;
