import { z } from 'zod';
import { subjectId } from '../schema/id-fields.js';
import { text } from '../schema/text.js';
import { timestamp } from '../schema/time.js';

export const fileId = subjectId.meta({ description: 'File ID' });

/** Longest name that is taken; what is kept of it is shorter. */
const MAX_SENT_NAME = 1000;

export const uploadFileInput = z.strictObject({
  name: text({ max: MAX_SENT_NAME }).meta({
    description:
      'What the file is called. Folders and characters that can’t be seen are taken off, and the ending fits the type',
    examples: ['screenshot.png'],
  }),
});

const size = z.int().meta({ description: 'In bytes' });
const type = z.string().meta({ description: 'Media type, by what is in it' });

export const uploadFileOutput = z
  .strictObject({
    fileId: z.string().meta({ description: 'For `attachments` of a ticket, message or note' }),
    name: z.string(),
    size,
    type,
    expiresAt: timestamp.meta({ description: 'Until when it may be attached; then it is removed' }),
  })
  .meta({
    id: 'UploadedFile',
    examples: [
      {
        fileId: 'file_123',
        name: 'screenshot.png',
        size: 48213,
        type: 'image/png',
        expiresAt: '2024-01-23T16:25:00Z',
      },
    ],
  });

export const getFileInput = z.strictObject({ fileId });

export const getFileOutput = z
  .strictObject({
    fileId: z.string(),
    name: z.string(),
    size,
    type,
    uploadedBy: z.string(),
    uploadedAt: timestamp,
    ticketId: z.string().nullable().meta({ description: 'null while it is attached to nothing' }),
    expiresAt: timestamp.nullable().meta({ description: 'Until when it may be attached; null once it is' }),
    url: z.string().meta({
      description:
        'Where its bytes are, for whoever has this address, without a token. Whole where the server knows its public address or files are in a bucket; else relative to the address of this service. Good until `urlExpiresAt`',
    }),
    urlExpiresAt: timestamp.meta({ description: '5 to 6 minutes from now' }),
  })
  .meta({
    id: 'StoredFile',
    examples: [
      {
        fileId: 'file_123',
        name: 'screenshot.png',
        size: 48213,
        type: 'image/png',
        uploadedBy: 'user_123',
        uploadedAt: '2024-01-22T16:25:00Z',
        ticketId: 'ticket_123',
        expiresAt: null,
        url: 'https://support.example.com/support/files/file_123/content?expires=1705941300&signature=ZmlsZQ',
        urlExpiresAt: '2024-01-22T16:35:00Z',
      },
    ],
  });

export const deleteFileOutput = z
  .strictObject({ fileId: z.string() })
  .meta({ id: 'DeletedFile', examples: [{ fileId: 'file_123' }] });

/** One of the attachments of a ticket, message or note. */
export const attachment = z
  .strictObject({
    fileId: z.string(),
    stored: z.boolean().meta({ description: 'false: its id is the host’s own, or the file has been removed' }),
    name: z.string().nullable(),
    size: z.int().nullable().meta({ description: 'In bytes' }),
    type: z.string().nullable().meta({ description: 'Media type' }),
  })
  .meta({
    id: 'Attachment',
    examples: [{ fileId: 'file_123', stored: true, name: 'screenshot.png', size: 48213, type: 'image/png' }],
  });

export type UploadFileInput = z.infer<typeof uploadFileInput>;
export type UploadedFile = z.infer<typeof uploadFileOutput>;
export type GetFileInput = z.infer<typeof getFileInput>;
export type FileDetails = z.infer<typeof getFileOutput>;
export type DeletedFile = z.infer<typeof deleteFileOutput>;
export type Attachment = z.infer<typeof attachment>;
