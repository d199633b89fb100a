import { z } from 'zod';

/** How many at most: 1 to 100. */
export const limitField = z
  .int({ error: 'Must be a whole number from 1 to 100' })
  .min(1, { error: 'Must be a whole number from 1 to 100' })
  .max(100, { error: 'Must be a whole number from 1 to 100' })
  .default(20)
  .meta({ description: 'Items per page' });

/** Where to go on: `next` of the page before. */
export const cursorField = z
  .string({ error: 'Must be a string' })
  .max(1000, { error: 'Must be the `next` of a page' })
  .meta({ description: '`next` of the page before; absent: from the beginning' })
  .optional();

/** `page` from 1, `limit` 1 to 100 (contract: anything else is a 400). */
export const pageFields = {
  page: z
    .int({ error: 'Must be a whole number from 1' })
    .min(1, { error: 'Must be a whole number from 1' })
    .default(1)
    .meta({ description: 'Page number' }),
  limit: limitField,
};
