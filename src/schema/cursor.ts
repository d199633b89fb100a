import { z } from 'zod';
import { AppError } from '../errors/app-error.js';

/** Where a reader of a list stands, as a text that means something to us alone. */
export function encodeCursor(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * The place in a cursor that was given out.
 *
 * @throws AppError BAD_REQUEST at `after` for any other text.
 */
export function decodeCursor<T>(after: string, schema: z.ZodType<T>): T {
  const read = schema.safeParse(parsed(after));
  if (read.success) return read.data;
  throw new AppError('BAD_REQUEST', {
    details: [{ path: 'after', message: 'Must be the `next` of a page of this list' }],
  });
}

function parsed(after: string): unknown {
  try {
    return JSON.parse(Buffer.from(after, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** Of an id that the engine counts. */
export const serial = z.int().min(0);
