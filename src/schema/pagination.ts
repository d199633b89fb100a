import { z } from 'zod';

/** Most items in one answer. */
export const MAX_ITEMS = 100;

/** Most text in one answer where it holds many long ones, in bytes of UTF-8; one alone may have more. */
export const MAX_TEXT_BYTES = 2 ** 20;

/** How many at most: 1 to 100. */
export const limitField = z
  .int({ error: 'Must be a whole number from 1 to 100' })
  .min(1, { error: 'Must be a whole number from 1 to 100' })
  .max(MAX_ITEMS, { error: 'Must be a whole number from 1 to 100' })
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

/** Beyond any table; keeps a page number that no engine can count to away from it. */
const MAX_BEFORE = 2 ** 30;

/** How many items come before a page. */
export function itemsBefore({ page, limit }: { page: number; limit: number }): number {
  return Math.min((page - 1) * limit, MAX_BEFORE);
}

/** Of a list that begins with the newest, and goes on from there either way. Named as tRPC's infinite queries want it. */
export const eitherWayFields = {
  cursor: z
    .string({ error: 'Must be a string' })
    .max(1000, { error: 'Must be `older` or `newer` of a page' })
    .meta({ description: '`older` or `newer` of a page; absent: the newest' })
    .optional(),
  direction: z
    .enum(['forward', 'backward'], { error: 'Must be one of: forward, backward' })
    .meta({
      description: "What TanStack's infinite queries send. Of no effect: a cursor says itself which way it goes",
    })
    .optional(),
  limit: limitField,
};

/** Where to go on from a page of such a list. */
export const eitherWayCursors = {
  older: z.string().nullable().meta({ description: 'Send it as `cursor` for what comes before; null: nothing does' }),
  newer: z
    .string()
    .nullable()
    .meta({ description: 'Send it as `cursor` for what comes after; null: nothing does yet' }),
};
