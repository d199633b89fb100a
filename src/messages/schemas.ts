import { z } from 'zod';
import { attachment } from '../files/schemas.js';
import { eitherWayCursors, eitherWayFields } from '../schema/pagination.js';
import { attachmentIds, text } from '../schema/text.js';
import { timestamp } from '../schema/time.js';
import { ticketId } from '../tickets/schemas.js';

export const addMessageInput = z
  .strictObject({
    ticketId,
    message: text({ max: 10_000 }).meta({ description: 'Message content' }),
    attachments: attachmentIds.default([]).meta({ description: 'Array of attachment file IDs' }),
  })
  .meta({
    examples: [{ message: "I've tried multiple times but still getting an error", attachments: ['file_id_456'] }],
  });

export const addMessageOutput = z
  .strictObject({ messageId: z.string(), ticketId: z.string(), content: z.string(), timestamp })
  .meta({
    id: 'AddedMessage',
    examples: [
      {
        messageId: 'msg_002',
        ticketId: 'ticket_123',
        content: "I've tried multiple times but still getting an error",
        timestamp: '2024-01-23T10:15:00Z',
      },
    ],
  });

const FIRST = {
  messageId: 'msg_001',
  sender: 'user_123',
  content: "I can't make a payment",
  attachments: ['file_id_456'],
  files: [{ fileId: 'file_id_456', stored: false, name: null, size: null, type: null }],
  timestamp: '2024-01-22T16:30:00Z',
};

export const message = z
  .strictObject({
    messageId: z.string(),
    sender: z.string(),
    content: z.string(),
    attachments: z.array(z.string()),
    files: z.array(attachment).meta({ description: 'What is known of the attachments, in their order' }),
    timestamp,
  })
  .meta({ id: 'Message' });

export const listMessagesInput = z.strictObject({ ticketId, ...eitherWayFields });

export const listMessagesOutput = z
  .strictObject({
    messages: z.array(message).meta({ description: 'Oldest first; no more than 1 MiB of text, but one at least' }),
    total: z.int().meta({ description: 'All messages of the ticket' }),
    ...eitherWayCursors,
  })
  .meta({ id: 'MessagePage', examples: [{ messages: [FIRST], total: 1, older: null, newer: null }] });

export type AddMessageInput = z.infer<typeof addMessageInput>;
export type AddedMessage = z.infer<typeof addMessageOutput>;
export type ListMessagesInput = z.infer<typeof listMessagesInput>;
export type MessagePage = z.infer<typeof listMessagesOutput>;
