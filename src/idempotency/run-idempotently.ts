import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import { lastExpired } from './expiry.js';

/** A request that may be one of several for the same thing. */
export interface Attempt {
  readonly userId: string;
  readonly key: string;
  /** Of what it asks for: see fingerprint(). */
  readonly fingerprint: string;
  readonly now: Date;
}

/** What the first request came to. */
export interface Outcome<Output> {
  readonly output: Output;
  /** That was another one: this one has written nothing. */
  readonly replayed: boolean;
}

type Record = Pick<Attempt, 'userId' | 'key'>;

/** Changes a row if the key is free, or no longer kept; whoever asks meanwhile waits until this transaction ends. */
const claimKey = new Statement<Record & { fingerprint: string; now: Date; expired: Date }>(
  'claim idempotency key',
  `INSERT INTO idempotency_records (user_id, key, fingerprint, created_at)
  VALUES (:userId, :key, :fingerprint, :now)
  ON CONFLICT (user_id, key)
  DO UPDATE SET fingerprint = excluded.fingerprint, response = NULL, created_at = excluded.created_at
  WHERE idempotency_records.created_at <= :expired`,
);

const storeResponse = new Statement<Record & { response: string }>(
  'store idempotent response',
  'UPDATE idempotency_records SET response = :response WHERE user_id = :userId AND key = :key',
);

const selectResponse = new Statement<Record, { fingerprint: string; response: string }>(
  'select idempotent response',
  'SELECT fingerprint, response FROM idempotency_records WHERE user_id = :userId AND key = :key',
);

/**
 * Does `work` for the first of all requests with this key, and gives what that came to to each. `sql` is the transaction
 * of the work too: the record stands if and only if the work does. So work that fails leaves the key free.
 *
 * @throws AppError IDEMPOTENCY_KEY_REUSED where the first one asked for something else; what `work` throws.
 */
export async function runIdempotently<Output>(
  sql: Sql,
  { userId, key, fingerprint, now }: Attempt,
  work: () => Promise<Output>,
): Promise<Outcome<Output>> {
  if ((await sql.run(claimKey, { userId, key, fingerprint, now, expired: lastExpired(now) })) > 0) {
    const output = await work();
    await sql.run(storeResponse, { userId, key, response: JSON.stringify(output) });
    return { output, replayed: false };
  }
  // The claim has locked the row though it changed nothing: it can't have been removed since.
  const first = await sql.row(selectResponse, { userId, key });
  if (first === undefined) throw new TypeError('A key that is taken has no record');
  if (first.fingerprint !== fingerprint) throw new AppError('IDEMPOTENCY_KEY_REUSED');
  return { output: JSON.parse(first.response) as Output, replayed: true };
}
