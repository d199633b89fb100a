import { z } from 'zod';
import { AppError } from '../errors/app-error.js';

/** Where a reader of a list stands, as a text that means something to us alone. */
export function encodeCursor(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** For a list that goes one way: see cursorField. */
const NO_NEXT = { path: 'after', message: 'Must be the `next` of a page of this list' };
/** For one that goes either way: see eitherWayFields. */
export const NEITHER_WAY = { path: 'cursor', message: 'Must be `older` or `newer` of a page of this list' };

/**
 * The place in a cursor that was given out.
 *
 * @throws AppError BAD_REQUEST with that detail for any other text.
 */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>, refusal = NO_NEXT): T {
  const read = schema.safeParse(parsed(cursor));
  if (read.success) return read.data;
  throw new AppError('BAD_REQUEST', { details: [refusal] });
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
