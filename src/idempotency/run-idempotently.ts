import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { AppError } from '../errors/app-error.js';
import { lastExpired } from './expiry.js';

/** A request that may be one of several for the same thing. */
export interface Attempt {
  readonly userId: string;
  readonly key: string;
  /** Of what it asks for: see fingerprint(). */
  readonly fingerprint: string;
  readonly now: Date;
  /** The answer is kept sealed. */
  readonly secrets?: Secrets | undefined;
}

interface Secrets {
  seal(text: string, place: string): string;
  open(stored: string, place: string): string;
}
/** Where sealed answers are kept: they don't open anywhere else. */
const PLACE = 'idempotency record';

/** What the first request came to. */
export interface Outcome<Output> {
  readonly output: Output;
  /** That was another one: this one has written nothing. */
  readonly replayed: boolean;
}

const KEY = { userId: 'idempotency_records.user_id', key: 'idempotency_records.key' } as const;

/** Changes a row if the key is free, or no longer kept; whoever asks meanwhile waits until this transaction ends. */
const claimKey = query(
  'claim idempotency key',
  {
    ...KEY,
    fingerprint: 'idempotency_records.fingerprint',
    now: 'idempotency_records.created_at',
    expired: 'idempotency_records.created_at',
  },
  ({ db, p }) =>
    db
      .insertInto('idempotency_records')
      .values({ user_id: p.userId, key: p.key, fingerprint: p.fingerprint, created_at: p.now })
      .onConflict((taken) =>
        taken
          .columns(['user_id', 'key'])
          .doUpdateSet({ fingerprint: p.fingerprint, response: null, created_at: p.now })
          .where('idempotency_records.created_at', '<=', p.expired),
      ),
);

const storeResponse = query(
  'store idempotent response',
  { ...KEY, response: 'idempotency_records.response' },
  ({ db, p }) =>
    db
      .updateTable('idempotency_records')
      .set({ response: p.response })
      .where('user_id', '=', p.userId)
      .where('key', '=', p.key),
);

const selectResponse = query('select idempotent response', KEY, ({ db, p }) =>
  db
    .selectFrom('idempotency_records')
    .select(['fingerprint', 'response'])
    .where('user_id', '=', p.userId)
    .where('key', '=', p.key),
);

/**
 * Does `work` for the first of all requests with this key, and gives what that came to to each. `sql` is the transaction
 * of the work too: the record stands if and only if the work does. So work that fails leaves the key free.
 *
 * @throws AppError IDEMPOTENCY_KEY_REUSED where the first one asked for something else; what `work` throws.
 */
export async function runIdempotently<Output>(
  sql: Sql,
  { userId, key, fingerprint, now, secrets }: Attempt,
  work: () => Promise<Output>,
): Promise<Outcome<Output>> {
  if ((await sql.run(claimKey, { userId, key, fingerprint, now, expired: lastExpired(now) })) > 0) {
    const output = await work();
    const response = JSON.stringify(output);
    await sql.run(storeResponse, { userId, key, response: secrets?.seal(response, PLACE) ?? response });
    return { output, replayed: false };
  }
  // The claim has locked the row though it changed nothing: it can't have been removed since.
  const first = await sql.row(selectResponse, { userId, key });
  if (first?.response == null) throw new TypeError('A key that is taken has no record');
  if (first.fingerprint !== fingerprint) throw new AppError('IDEMPOTENCY_KEY_REUSED');
  const response = secrets?.open(first.response, PLACE) ?? first.response;
  return { output: JSON.parse(response) as Output, replayed: true };
}
