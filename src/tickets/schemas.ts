import { z } from 'zod';
import { referredId, subjectId } from '../schema/id-fields.js';
import { oneWayFields, pageFields, withOnePlace } from '../schema/pagination.js';
import { attachmentIds, text } from '../schema/text.js';
import { timestamp } from '../schema/time.js';
import { ready } from '../schema/watch.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from './lifecycle.js';

export const ticketId = subjectId.meta({ description: 'Support ticket ID' });

const oneOf = (values: readonly string[]) => `Must be one of: ${values.join(', ')}`;
export const status = z.enum(TICKET_STATUSES, { error: oneOf(TICKET_STATUSES) }).meta({ id: 'TicketStatus' });
export const priority = z.enum(TICKET_PRIORITIES, { error: oneOf(TICKET_PRIORITIES) }).meta({ id: 'TicketPriority' });

export const resolution = text({ max: 2000, blank: true }).meta({ description: 'How the issue was resolved' });

const notAVersion = { error: 'Must be a whole number from 1' };
/** Of the ticket, as it was read. */
export const knownVersion = z.int(notAVersion).min(1, notAVersion);

export const createTicketInput = z
  .strictObject({
    subject: text({ max: 200 }).meta({ description: 'Ticket subject' }),
    description: text({ max: 10_000 }).meta({ description: 'Detailed description' }),
    categoryId: referredId.meta({ description: 'Support category ID' }),
    priority: priority.default('Medium').meta({ description: 'Priority: Low, Medium, High, Critical' }),
    attachments: attachmentIds.default([]).meta({ description: 'Array of attachment file IDs' }),
  })
  .meta({
    examples: [
      {
        subject: 'Unable to make payment',
        description: "I'm experiencing issues making a payment on my loan",
        categoryId: 'category_001',
        priority: 'High',
        attachments: ['file_id_123'],
      },
    ],
  });

export const createTicketOutput = z
  .strictObject({ ticketId: z.string(), subject: z.string(), status, priority, createdAt: timestamp })
  .meta({
    id: 'CreatedTicket',
    examples: [
      {
        ticketId: 'ticket_123',
        subject: 'Unable to make payment',
        status: 'Open',
        priority: 'High',
        createdAt: '2024-01-22T16:30:00Z',
      },
    ],
  });

export const listTicketsInput = withOnePlace(
  z.strictObject({
    status: status.meta({ description: 'Filter by status' }).optional(),
    priority: priority.meta({ description: 'Filter by priority' }).optional(),
    ...pageFields,
  }),
  'page',
).default({ limit: 20 });

export const ticketSummary = z
  .strictObject({
    ticketId: z.string(),
    subject: z.string(),
    status,
    priority,
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'TicketSummary' });

export const listTicketsOutput = z.array(ticketSummary).meta({
  examples: [
    [
      {
        ticketId: 'ticket_123',
        subject: 'Unable to make payment',
        status: 'In Progress',
        priority: 'High',
        createdAt: '2024-01-22T16:30:00Z',
        updatedAt: '2024-01-23T09:00:00Z',
      },
    ],
  ],
});

export const getTicketInput = z.strictObject({ ticketId });

export const ticketMessage = z
  .strictObject({ messageId: z.string(), sender: z.string(), content: z.string(), timestamp })
  .meta({ id: 'TicketMessage' });

export const getTicketOutput = z
  .strictObject({
    ticketId: z.string(),
    userId: z.string(),
    subject: z.string(),
    description: z.string(),
    status,
    priority,
    categoryId: z.string(),
    assignedAgent: z.string().nullable().meta({ description: 'null until an agent takes it' }),
    messages: z.array(ticketMessage).meta({
      description: 'The conversation after the description, oldest first: the newest 100, and at most 1 MiB of text',
    }),
    createdAt: timestamp,
  })
  .meta({
    id: 'Ticket',
    examples: [
      {
        ticketId: 'ticket_123',
        userId: 'user_123',
        subject: 'Unable to make payment',
        description: "I'm experiencing issues making a payment on my loan",
        status: 'In Progress',
        priority: 'High',
        categoryId: 'category_001',
        assignedAgent: 'agent_123',
        messages: [
          {
            messageId: 'msg_001',
            sender: 'user_123',
            content: "I can't make a payment",
            timestamp: '2024-01-22T16:30:00Z',
          },
        ],
        createdAt: '2024-01-22T16:30:00Z',
      },
    ],
  });

export const listTicketFilesInput = withOnePlace(z.strictObject({ ticketId, ...oneWayFields }), 'after');

const ticketFile = z
  .strictObject({
    fileId: z.string(),
    name: z.string(),
    size: z.int().meta({ description: 'In bytes' }),
    type: z.string().meta({ description: 'Media type, by what is in it' }),
    uploadedBy: z.string(),
    uploadedAt: timestamp,
    attachedTo: z.enum(['ticket', 'message', 'note']).meta({ description: 'A note only for the desk' }),
    sourceId: z.string().meta({ description: 'Of the ticket, message or note' }),
  })
  .meta({ id: 'TicketFile' });

export const listTicketFilesOutput = z
  .strictObject({
    files: z.array(ticketFile).meta({ description: 'In the order in which they were uploaded' }),
    next: z.string().nullable().meta({ description: 'For `after` (or `cursor`); null: there are no more' }),
  })
  .meta({
    id: 'TicketFilePage',
    examples: [
      {
        files: [
          {
            fileId: 'file_123',
            name: 'screenshot.png',
            size: 48213,
            type: 'image/png',
            uploadedBy: 'user_123',
            uploadedAt: '2024-01-22T16:25:00Z',
            attachedTo: 'ticket',
            sourceId: 'ticket_123',
          },
        ],
        next: null,
      },
    ],
  });

export const closeTicketInput = z
  .strictObject({
    ticketId,
    resolution: resolution.optional(),
  })
  .meta({ examples: [{ resolution: 'Issue was resolved by updating payment method' }] });

export const closeTicketOutput = z
  .strictObject({ ticketId: z.string(), status: z.literal('Closed'), closedAt: timestamp })
  .meta({
    id: 'ClosedTicket',
    examples: [{ ticketId: 'ticket_123', status: 'Closed', closedAt: '2024-01-23T11:00:00Z' }],
  });

/** What a customer is told of while it happens. Stable: names of the feed's, without what is the desk's own. */
export const TICKET_CHANGES = [
  'ticket.created',
  'ticket.updated',
  'ticket.resolved',
  'ticket.reopened',
  'ticket.closed',
  'ticket.rated',
  'message.added',
] as const;

export const ticketChange = z.strictObject({
  type: z.enum(TICKET_CHANGES).meta({ id: 'TicketChangeType', description: 'What happened' }),
  ticketId: z.string(),
  messageId: z.string().meta({ description: 'Of `message.added`' }).optional(),
});

/** What a customer's stream gives. */
export const ticketStreamItem = z.discriminatedUnion('type', [ready, ticketChange]).meta({
  id: 'TicketStreamItem',
  examples: [{ type: 'message.added', ticketId: 'ticket_123', messageId: 'msg_001' }],
});

export type TicketChange = z.infer<typeof ticketChange>;
export type TicketStreamItem = z.infer<typeof ticketStreamItem>;
export type CreateTicketInput = z.infer<typeof createTicketInput>;
export type CreatedTicket = z.infer<typeof createTicketOutput>;
export type ListTicketsInput = z.infer<typeof listTicketsInput>;
export type TicketSummary = z.infer<typeof ticketSummary>;
export type GetTicketInput = z.infer<typeof getTicketInput>;
export type TicketDetails = z.infer<typeof getTicketOutput>;
export type ListTicketFilesInput = z.infer<typeof listTicketFilesInput>;
export type TicketFilePage = z.infer<typeof listTicketFilesOutput>;
export type CloseTicketInput = z.infer<typeof closeTicketInput>;
export type ClosedTicket = z.infer<typeof closeTicketOutput>;
