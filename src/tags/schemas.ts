import { z } from 'zod';
import { pageFields, withOnePlace } from '../schema/pagination.js';
import { codePoints } from '../schema/text.js';
import { ticketId } from '../tickets/schemas.js';
import { normalTag } from './normal-tag.js';

/** Most tags of a ticket. */
export const MAX_TAGS = 20;
const MAX_LENGTH = 50;
/** What nobody types for so few letters, however many marks are on them; in UTF-16 units. */
const LONGEST_TYPED = 1_000;
/** Letters of any script with their marks, digits, `_` and `-`. */
const WRITTEN = /^[\p{L}\p{M}\p{N}_-]+$/u;

export const tag = z
  .string({ error: 'Must be a string' })
  .check((context) => {
    const { value } = context;
    // What is kept counts, so that whatever was answered is good as input again.
    const kept = value.length <= LONGEST_TYPED ? normalTag(value) : value;
    if (WRITTEN.test(kept) && codePoints(kept) <= MAX_LENGTH) return;
    const message = `Must be 1 to ${MAX_LENGTH} letters, digits, "_" or "-"`;
    context.issues.push({ code: 'custom', input: value, message });
  })
  // No pattern: classes of Unicode are written differently in every language.
  .meta({ minLength: 1, maxLength: MAX_LENGTH, description: 'Letters of any script, digits, `_` and `-`' });

const tags = z
  .array(tag, { error: 'Must be an array of tags' })
  .max(MAX_TAGS, { error: `Must be at most ${MAX_TAGS}` });

export const ticketTagsInput = z.strictObject({ ticketId });
export const ticketTagsOutput = z
  .strictObject({ ticketId: z.string(), tags: z.array(z.string()), version: z.int() })
  .meta({ id: 'TicketTags', examples: [{ ticketId: 'ticket_123', tags: ['card', 'refund'], version: 3 }] });

export const changeTagsInput = z
  .strictObject({
    ticketId,
    add: tags.default([]).meta({ description: 'Tags that the ticket is to have' }),
    remove: tags.default([]).meta({ description: 'Tags that it is not to have; one that is also added stays' }),
  })
  .meta({ examples: [{ add: ['Refund'], remove: ['new'] }] });

export const listTagsInput = withOnePlace(
  z.strictObject({
    prefix: tag.meta({ description: 'What the tags begin with, in letters of either case' }).optional(),
    ...pageFields,
  }),
  'page',
).default({ limit: 20 });
export const listTagsOutput = z.array(z.string()).meta({ examples: [['refund', 'refund-late']] });

export type TicketTagsInput = z.infer<typeof ticketTagsInput>;
export type TicketTags = z.infer<typeof ticketTagsOutput>;
export type ChangeTagsInput = z.infer<typeof changeTagsInput>;
export type ListTagsInput = z.infer<typeof listTagsInput>;
