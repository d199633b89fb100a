import { z } from 'zod';
import { attachment } from '../files/schemas.js';
import { eitherWayCursors, eitherWayFields } from '../schema/pagination.js';
import { attachmentIds, text } from '../schema/text.js';
import { timestamp } from '../schema/time.js';
import { knownVersion, ticketId } from '../tickets/schemas.js';

export const addNoteInput = z
  .strictObject({
    ticketId,
    content: text({ max: 10_000 }).meta({ description: 'For agents only: no customer ever sees it' }),
    attachments: attachmentIds.default([]).meta({ description: 'Array of attachment file IDs' }),
    version: knownVersion
      .meta({
        description:
          "Write it only if this is still the ticket's version: nobody has written or changed anything since",
      })
      .optional(),
  })
  .meta({ examples: [{ content: 'Called the bank: the card has expired', attachments: ['file_id_789'], version: 4 }] });

const CALLED = {
  noteId: 'note_001',
  author: 'agent_123',
  content: 'Called the bank: the card has expired',
  attachments: ['file_id_789'],
  files: [{ fileId: 'file_id_789', stored: false, name: null, size: null, type: null }],
  timestamp: '2024-01-23T10:20:00Z',
};

export const note = z
  .strictObject({
    noteId: z.string(),
    author: z.string(),
    content: z.string(),
    attachments: z.array(z.string()),
    // By default: answers that are kept for idempotency keys may be from before there was this.
    files: z.array(attachment).default([]).meta({ description: 'What is known of the attachments, in their order' }),
    timestamp,
  })
  .meta({ id: 'Note', examples: [CALLED] });

export const listNotesInput = z.strictObject({ ticketId, ...eitherWayFields });

export const listNotesOutput = z
  .strictObject({
    notes: z.array(note).meta({ description: 'Oldest first; no more than 1 MiB of text, but one at least' }),
    total: z.int().meta({ description: 'All notes of the ticket' }),
    ...eitherWayCursors,
  })
  .meta({ id: 'NotePage', examples: [{ notes: [CALLED], total: 1, older: null, newer: null }] });

export type AddNoteInput = z.infer<typeof addNoteInput>;
export type ListNotesInput = z.infer<typeof listNotesInput>;
export type NotePage = z.infer<typeof listNotesOutput>;
export type Note = z.infer<typeof note>;
