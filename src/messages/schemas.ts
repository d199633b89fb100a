import { z } from 'zod';
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

export type AddMessageInput = z.infer<typeof addMessageInput>;
export type AddedMessage = z.infer<typeof addMessageOutput>;
