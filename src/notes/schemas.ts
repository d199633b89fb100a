import { z } from 'zod';
import { attachmentIds, text } from '../schema/text.js';
import { timestamp } from '../schema/time.js';
import { ticketId } from '../tickets/schemas.js';

export const addNoteInput = z
  .strictObject({
    ticketId,
    content: text({ max: 10_000 }).meta({ description: 'For agents only: no customer ever sees it' }),
    attachments: attachmentIds.default([]).meta({ description: 'Array of attachment file IDs' }),
  })
  .meta({ examples: [{ content: 'Called the bank: the card has expired', attachments: ['file_id_789'] }] });

export const note = z
  .strictObject({
    noteId: z.string(),
    author: z.string(),
    content: z.string(),
    attachments: z.array(z.string()),
    timestamp,
  })
  .meta({
    id: 'Note',
    examples: [
      {
        noteId: 'note_001',
        author: 'agent_123',
        content: 'Called the bank: the card has expired',
        attachments: ['file_id_789'],
        timestamp: '2024-01-23T10:20:00Z',
      },
    ],
  });

export type AddNoteInput = z.infer<typeof addNoteInput>;
export type Note = z.infer<typeof note>;
