import { z } from 'zod';
import { text } from '../schema/text.js';
import { timestamp } from '../schema/time.js';
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

export type Rating = z.infer<typeof rating>;
export type RateTicketInput = z.infer<typeof rateTicketInput>;
export type GetRatingInput = z.infer<typeof getRatingInput>;
