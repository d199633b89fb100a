import { z } from 'zod';
import { attachment } from '../../files/schemas.js';
import { addMessageInput, message } from '../../messages/schemas.js';
import { note } from '../../notes/schemas.js';
import { presentAgents } from '../../presence/schemas.js';
import { referredId } from '../../schema/id-fields.js';
import { userIdField } from '../../schema/text.js';
import { timestamp } from '../../schema/time.js';
import { dueTimes } from '../../sla/schemas.js';
import { createTicketInput, knownVersion, priority, resolution, status, ticketId } from '../../tickets/schemas.js';

export const ticketInput = z.strictObject({ ticketId });

export const openTicketInput = createTicketInput
  .extend({
    requester: userIdField().meta({
      description: 'User id of the customer whose ticket it is, as their tokens have it',
    }),
  })
  .meta({
    examples: [
      {
        requester: 'user_123',
        subject: 'Unable to make payment',
        description: 'Called: the payment on the loan fails, though the card is new',
        categoryId: 'category_001',
        priority: 'High',
      },
    ],
  });

const time = timestamp.nullable();
const olderOf = (path: string) =>
  z
    .string()
    .nullable()
    .meta({ description: `For \`cursor\` of \`GET ${path}\`; null: all are here` });

export const getDeskTicketOutput = z
  .strictObject({
    ticketId: z.string(),
    userId: z.string(),
    subject: z.string(),
    description: z.string(),
    status,
    priority,
    categoryId: z.string(),
    assignedAgent: z.string().nullable().meta({ description: 'null until an agent takes it' }),
    attachments: z.array(z.string()).meta({ description: 'Those that came with the ticket' }),
    files: z.array(attachment).meta({ description: 'What is known of those, in their order' }),
    messages: z.array(message).meta({
      description: 'The conversation after the description, oldest first: the newest 100, and at most 1 MiB of text',
    }),
    messageCount: z.int().meta({ description: 'All messages, also those that are not here' }),
    olderMessages: olderOf('/desk/tickets/{ticketId}/messages'),
    notes: z.array(note).meta({
      description: 'For agents only, oldest first: the newest 100, and at most 1 MiB of text',
    }),
    noteCount: z.int().meta({ description: 'All notes, also those that are not here' }),
    olderNotes: olderOf('/desk/tickets/{ticketId}/notes'),
    tags: z.array(z.string()).meta({ description: 'In order' }),
    presence: presentAgents,
    resolution: z.string().nullable(),
    version: z.int().meta({ description: 'One more with every change, notes included' }),
    waitingSince: time.meta({ description: 'Since when its customer waits for the desk; null while nobody waits' }),
    firstResponseAt: time.meta({ description: "The desk's first answer" }),
    ...dueTimes,
    resolvedAt: time.meta({ description: 'Set while it is Resolved, and kept when it is closed' }),
    closedAt: time,
    createdAt: timestamp,
    updatedAt: timestamp.meta({ description: 'Moves with every change that its customer can see' }),
  })
  .meta({
    id: 'DeskTicket',
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
        attachments: ['file_123'],
        files: [{ fileId: 'file_123', stored: true, name: 'screenshot.png', size: 48213, type: 'image/png' }],
        messages: [
          {
            messageId: 'msg_001',
            sender: 'user_123',
            content: "I can't make a payment",
            attachments: [],
            files: [],
            timestamp: '2024-01-22T16:30:00Z',
          },
        ],
        messageCount: 1,
        olderMessages: null,
        notes: [
          {
            noteId: 'note_001',
            author: 'agent_123',
            content: 'Called the bank: the card has expired',
            attachments: ['file_id_789'],
            files: [{ fileId: 'file_id_789', stored: false, name: null, size: null, type: null }],
            timestamp: '2024-01-23T10:20:00Z',
          },
        ],
        noteCount: 1,
        olderNotes: null,
        tags: ['card', 'payment'],
        presence: [{ agentId: 'agent_123', typing: true, since: '2024-01-23T10:14:00Z' }],
        resolution: null,
        version: 4,
        waitingSince: '2024-01-22T16:30:00Z',
        firstResponseAt: null,
        firstResponseDueAt: '2024-01-22T20:30:00Z',
        resolutionDueAt: '2024-01-23T16:30:00Z',
        resolvedAt: null,
        closedAt: null,
        createdAt: '2024-01-22T16:30:00Z',
        updatedAt: '2024-01-23T09:00:00Z',
      },
    ],
  });

/** What the desk's verbs answer with: the ticket as it is now, without its texts. */
export const ticketState = z
  .strictObject({
    ticketId: z.string(),
    status,
    priority,
    categoryId: z.string(),
    assignedAgent: z.string().nullable(),
    resolution: z.string().nullable(),
    version: z.int(),
    updatedAt: timestamp,
  })
  .meta({
    id: 'TicketState',
    examples: [
      {
        ticketId: 'ticket_123',
        status: 'In Progress',
        priority: 'High',
        categoryId: 'category_001',
        assignedAgent: 'agent_123',
        resolution: null,
        version: 2,
        updatedAt: '2024-01-23T09:00:00Z',
      },
    ],
  });

const agentId = userIdField({ own: true }).meta({
  description: 'User id of an agent, as their tokens have it; `me` is yourself',
});

export const assignTicketInput = z.strictObject({ ticketId, agentId }).meta({ examples: [{ agentId: 'agent_456' }] });

const changes = {
  status: status.meta({ description: 'As far as the life cycle allows the step' }).optional(),
  priority: priority.optional(),
  categoryId: referredId.meta({ description: 'An active support category' }).optional(),
};

export const updateTicketInput = z
  .strictObject({
    ticketId,
    ...changes,
    version: knownVersion.meta({ description: 'Change it only if this is still its version' }).optional(),
  })
  .meta({ examples: [{ priority: 'Critical', version: 2 }] });

export const replyInput = addMessageInput
  .extend({
    version: knownVersion
      .meta({
        description: "Answer only if this is still the ticket's version: nobody has written or changed anything since",
      })
      .optional(),
  })
  .meta({
    examples: [{ message: 'Your card has expired. Do you have a new one?', attachments: ['file_id_456'], version: 4 }],
  });

export const resolveTicketInput = z
  .strictObject({ ticketId, resolution: resolution.optional() })
  .meta({ examples: [{ resolution: 'The card had expired; the customer has a new one' }] });

export const MAX_BULK = 100;
const bulkIds = `Must be 1 to ${MAX_BULK} ticket ids`;

export const bulkChangeInput = z
  .strictObject({
    ticketIds: z.array(referredId, { error: bulkIds }).min(1, { error: bulkIds }).max(MAX_BULK, { error: bulkIds }),
    change: z.strictObject({
      ...changes,
      assignedAgent: agentId
        .nullable()
        .optional()
        .meta({ description: 'Whom to assign; `me`: yourself; null: nobody' }),
    }),
  })
  .meta({
    examples: [
      {
        ticketIds: ['ticket_123', 'ticket_124'],
        change: { assignedAgent: 'agent_456', priority: 'High' },
      },
    ],
  });

const bulkResult = z
  .strictObject({
    ticketId: z.string(),
    ok: z.boolean(),
    version: z.int().nullable().meta({ description: 'Of the ticket as it is now; null where it was refused' }),
    error: z
      .strictObject({ code: z.string().meta({ description: 'As of a failure' }), message: z.string() })
      .nullable()
      .meta({ description: 'Why nothing of it was changed; null where it was' }),
  })
  .meta({ id: 'BulkResult' });

export const bulkChangeOutput = z.array(bulkResult).meta({
  examples: [
    [
      { ticketId: 'ticket_123', ok: true, version: 5, error: null },
      {
        ticketId: 'ticket_124',
        ok: false,
        version: null,
        error: { code: 'INVALID_TRANSITION', message: 'The ticket is Closed, which is final' },
      },
    ],
  ],
});

export type TicketInput = z.infer<typeof ticketInput>;
export type DeskTicket = z.infer<typeof getDeskTicketOutput>;
export type TicketState = z.infer<typeof ticketState>;
export type AssignTicketInput = z.infer<typeof assignTicketInput>;
export type UpdateTicketInput = z.infer<typeof updateTicketInput>;
export type ReplyInput = z.infer<typeof replyInput>;
export type ResolveTicketInput = z.infer<typeof resolveTicketInput>;
export type BulkChangeInput = z.infer<typeof bulkChangeInput>;
export type BulkResult = z.infer<typeof bulkResult>;
