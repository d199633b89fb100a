import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import type { WriteScope } from '../procedure/scope.js';
import { TICKET_STATUSES } from './lifecycle.js';

const OF_USER = { userId: 'tickets.user_id' } as const;
const TAKEN = TICKET_STATUSES.filter((status) => status !== 'Closed');

/** Whether somebody of that id is known, by what makes them so. */
const KNOWN = {
  requester: query('select ticket of requester', OF_USER, ({ db, p }) =>
    db.selectFrom('tickets').select('id').where('user_id', '=', p.userId).limit(1),
  ),
  /** By the index of those that are not closed. */
  agent: query('select ticket of agent', OF_USER, ({ db, p }) =>
    db.selectFrom('tickets').select('id').where('status', 'in', TAKEN).where('assigned_agent', '=', p.userId).limit(1),
  ),
};

/**
 * Lets an id through that is set as somebody's. White space at its ends is a slip that nobody would see, but a token may have
 * such a `sub`: it is meant where it is the principal's own, or somebody has it already.
 *
 * @throws AppError BAD_REQUEST at `path`
 */
export async function requireIntended(
  { db, principal }: Pick<WriteScope, 'db' | 'principal'>,
  { userId, as, path }: { userId: string; as: keyof typeof KNOWN; path: string },
): Promise<void> {
  if (userId === userId.trim() || userId === principal.userId) return;
  if (await db.row(KNOWN[as], { userId })) return;
  const message = 'Must have no white space at its ends, as nobody is known by such an id';
  throw new AppError('BAD_REQUEST', { message: 'Invalid ticket data', details: [{ path, message }] });
}
