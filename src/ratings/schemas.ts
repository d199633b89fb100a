import { z } from 'zod';
import { pageFields, withOnePlace } from '../schema/pagination.js';
import { text, userIdFilter } from '../schema/text.js';
import { instant, timestamp } from '../schema/time.js';
import { filterFields } from '../tickets/filter-fields.js';
import { ticketId } from '../tickets/schemas.js';

const RANGE = 'Must be a whole number from 1 to 5';
const score = z
  .int({ error: RANGE })
  .min(1, { error: RANGE })
  .max(5, { error: RANGE })
  .meta({ description: 'From 1, bad, to 5, good' });

export const rateTicketInput = z
  .strictObject({
    ticketId,
    score,
    comment: text({ max: 2000, blank: true }).optional().meta({ description: 'What the customer says of it' }),
  })
  .meta({ examples: [{ score: 5, comment: 'Solved within the hour' }] });

export const rating = z
  .strictObject({ ticketId: z.string(), score: z.int(), comment: z.string().nullable(), ratedAt: timestamp })
  .meta({
    id: 'Rating',
    examples: [
      { ticketId: 'ticket_123', score: 5, comment: 'Solved within the hour', ratedAt: '2024-01-23T12:00:00Z' },
    ],
  });

export const getRatingInput = z.strictObject({ ticketId });

export const listRatingsInput = withOnePlace(
  z.strictObject({
    score: z
      .array(score, { error: 'Must be a list' })
      .max(5, { error: 'Must be at most 5' })
      .meta({ description: 'One of these scores', examples: [[1, 2]] })
      .optional(),
    agent: userIdFilter().meta({ description: 'Of the work of this agent; `me` is yourself' }).optional(),
    categoryId: filterFields.categoryId,
    ratedFrom: instant.meta({ description: 'Rated then or later' }).optional(),
    ratedTo: instant.meta({ description: 'Rated before' }).optional(),
    ...pageFields,
  }),
  'page',
).default({ limit: 20 });

export const listedRating = z
  .strictObject({
    ticketId: z.string(),
    subject: z.string(),
    categoryId: z.string().meta({ description: 'As it is now' }),
    requester: z.string(),
    agent: z.string().nullable().meta({
      description: 'Who had resolved it, or else had it, when it was rated; null: nobody had',
    }),
    score: z.int(),
    comment: z.string().nullable(),
    ratedAt: timestamp,
  })
  .meta({ id: 'ListedRating' });

export const listRatingsOutput = z.array(listedRating).meta({
  examples: [
    [
      {
        ticketId: 'ticket_123',
        subject: 'Unable to make payment',
        categoryId: 'category_001',
        requester: 'user_123',
        agent: 'agent_123',
        score: 5,
        comment: 'Solved within the hour',
        ratedAt: '2024-01-23T12:00:00Z',
      },
    ],
  ],
});

export type Rating = z.infer<typeof rating>;
export type RateTicketInput = z.infer<typeof rateTicketInput>;
export type GetRatingInput = z.infer<typeof getRatingInput>;
export type ListRatingsInput = z.infer<typeof listRatingsInput>;
export type ListedRating = z.infer<typeof listedRating>;
