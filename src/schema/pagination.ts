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

const wholeFrom1 = { error: 'Must be a whole number from 1' };

/** What TanStack's infinite queries send beside `cursor`. */
const direction = z
  .enum(['forward', 'backward'], { error: 'Must be one of: forward, backward' })
  .meta({ description: "What TanStack's infinite queries send. Of no effect: a cursor says itself which way it goes" })
  .optional();

/** `page` from 1, `limit` 1 to 100 (contract: anything else is a 400). See withOnePlace(). */
export const pageFields = {
  page: z.int(wholeFrom1).min(1, wholeFrom1).meta({ description: 'Page number', default: 1 }).optional(),
  limit: limitField,
  cursor: z
    .int(wholeFrom1)
    .min(1, wholeFrom1)
    .meta({ description: "`page`, under the name that TanStack's infinite queries give it" })
    .optional(),
  direction,
};

const next = z.string({ error: 'Must be a string' }).max(1000, { error: 'Must be the `next` of a page' });

/** Of a list that goes one way, from page to page by their `next`. See withOnePlace(). */
export const oneWayFields = {
  limit: limitField,
  after: next.meta({ description: '`next` of the page before; absent: from the beginning' }).optional(),
  cursor: next.meta({ description: "`after`, under the name that TanStack's infinite queries give it" }).optional(),
  direction,
};

/**
 * Where to go on has two names, `name` and `cursor`: whoever sends both has to mean one place. Looked at whatever else is
 * wrong, so that all of it is said at once.
 */
export function withOnePlace<T extends z.ZodObject>(input: T, name: 'page' | 'after'): T {
  return input.refine(({ [name]: place, cursor }) => cursor === undefined || place === undefined || cursor === place, {
    path: ['cursor'],
    error: `Must be the same as ${name}, or absent`,
    when: ({ value }) => typeof value === 'object' && value !== null,
  });
}

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
  direction,
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
