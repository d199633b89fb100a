import { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import type { ErrorDetail } from '../errors/details.js';

/** Where a reader of a list stands, as a text that means something to us alone. */
export function encodeCursor(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** For a list that goes either way: see eitherWayFields. */
export const NEITHER_WAY = { path: 'cursor', message: 'Must be `older` or `newer` of a page of this list' };

/**
 * The place in a cursor that was given out.
 *
 * @throws AppError BAD_REQUEST with that detail for any other text.
 */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>, refusal: ErrorDetail): T {
  const read = schema.safeParse(parsed(cursor));
  if (read.success) return read.data;
  throw new AppError('BAD_REQUEST', { details: [refusal] });
}

/**
 * Where to go on in a list that goes one way (see oneWayFields); undefined: from the beginning.
 *
 * @throws AppError BAD_REQUEST at the name that was sent, unless it has the `next` of a page.
 */
export function placeAfter<T>(
  { after, cursor }: { after?: string | undefined; cursor?: string | undefined },
  schema: z.ZodType<T>,
): T | undefined {
  const sent = after ?? cursor;
  if (sent === undefined) return undefined;
  const path = after === undefined ? 'cursor' : 'after';
  return decodeCursor(sent, schema, { path, message: 'Must be the `next` of a page of this list' });
}

/**
 * The place that a stream is to go on from; undefined: from now on.
 *
 * @throws AppError BAD_REQUEST at the name that was sent, unless it has an id that the stream has given out.
 */
export function watchPlace<T>(
  { after, lastEventId }: { after?: string | undefined; lastEventId?: string | undefined },
  schema: z.ZodType<T>,
): T | undefined {
  // A text without characters is what a client sends that has received no id.
  const sent = lastEventId || after;
  if (!sent) return undefined;
  const path = lastEventId ? 'lastEventId' : 'after';
  return decodeCursor(sent, schema, { path, message: 'Must be the id of an event of this stream' });
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** Of an id that the engine counts. */
export const serial = z.int().min(0);

/** On which side of a place a page is. */
export const side = z.enum(['older', 'newer']);
export type Side = z.infer<typeof side>;
