import type { PoolClient } from 'pg';
import { isRefusedCommit, UnknownOutcomeError } from '../driver-errors.js';
import type { Deadline } from '../handle.js';
import { committing } from '../sql/writer.js';

/**
 * Commits the open transaction, in which there is work for requests with these deadlines.
 *
 * @throws UnknownOutcomeError if it may have happened; any other error: it did not.
 */
export async function commit(client: PoolClient, deadlines: readonly (Deadline | undefined)[]): Promise<void> {
  const { command } = await committing(deadlines, () =>
    client.query('COMMIT').catch((error) => Promise.reject(doubtful(error))),
  );
  // After a failed statement PostgreSQL answers COMMIT with a ROLLBACK, and no error.
  if (command !== 'COMMIT') throw new Error('The transaction could not be committed: a statement in it had failed');
}

/** Whether the connection is outside of the transaction. */
export function rollBack(client: PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

/** The error of what commits, as it is if that certainly did nothing. */
export function doubtful(error: unknown): unknown {
  return isRefusedCommit(error) ? error : new UnknownOutcomeError(error);
}
