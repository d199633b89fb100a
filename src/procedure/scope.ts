import { type TrackedEnvelope, tracked } from '@trpc/server';
import { isStaff, type Principal } from '../auth/principal.js';
import { type Database, databaseBehind } from '../db/database.js';
import type { Db, ReadDb } from '../db/models/models.js';
import type { Sql } from '../db/sql/sql.js';
import { AppError } from '../errors/app-error.js';
import { fingerprint } from '../idempotency/fingerprint.js';
import { runIdempotently } from '../idempotency/run-idempotently.js';
import type { FeedHandle } from '../live/live-feed.js';
import type { PresenceHandle } from '../live/live-presence.js';
import type { Clock } from '../schema/clock.js';
import type {
  Context,
  FileQuota,
  Log,
  OutboundHost,
  PageInfo,
  PartInfo,
  SecretKeeper,
  StoredUpload,
} from './context.js';

interface Scope {
  readonly principal: Principal;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a reading verb works with. */
export interface ReadScope extends Scope {
  /** Prisma's models, and statements, on what is committed; refuses to write. */
  readonly db: ReadDb;
  readonly linkTo: Context['linkTo'];
  onPage(info: PageInfo): void;
  onPart(info: PartInfo): void;
}

/**
 * What a writing verb works with. What it has of the database is its transaction and nothing else: nothing of it
 * can land outside, and nothing can wait for a connection that the transaction itself holds.
 */
export interface WriteScope extends Scope {
  /** Statements: models would need a transaction around the one that writes. */
  readonly db: Sql;
}

/** The same of a verb that writes by Prisma's models too. */
export interface TransactionScope extends WriteScope {
  /** Models, and statements. */
  readonly db: Db;
  readonly outbound: OutboundHost;
  readonly secrets: SecretKeeper;
}

/** What a verb works with that goes on for as long as somebody watches. */
export interface WatchScope extends Scope {
  readonly feed: FeedHandle;
  readonly presence: PresenceHandle;
  /** Aborted when nobody does any more: nothing is to be awaited then. */
  readonly signal: AbortSignal;
}

interface Call<Input> {
  ctx: Context;
  /** The procedure's. */
  path: string;
  input: Input;
  signal?: AbortSignal | undefined;
}

/** Makes a procedure's resolver from a reading verb. */
export function reading<Input, Output>(work: (scope: ReadScope, input: Input) => Promise<Output>) {
  return ({ ctx, input }: Call<Input>): Promise<Output> => {
    const { clock, log } = ctx;
    const principal = authorized(ctx);
    return work(
      {
        principal,
        clock,
        log,
        db: database(ctx).readerFor(principal.userId, () => ctx.enterLarge()),
        linkTo: (file) => ctx.linkTo(file),
        onPage: (info) => ctx.onPage(info),
        onPart: (info) => ctx.onPart(info),
      },
      input,
    );
  };
}

/** Where a stream can be resumed after a value; undefined: where it could be before it. */
export type StreamId = string | undefined;

/** Makes a subscription's resolver from a watching verb, which gives pairs of an id and a value. */
export function watching<Input, Item>(
  work: (scope: WatchScope, input: Input) => AsyncIterable<readonly [StreamId, Item]>,
) {
  return async function* ({ ctx, input, signal = new AbortController().signal }: Call<Input>) {
    const { clock, log, feed, presence } = ctx;
    const principal = authorized(ctx);
    for await (const [id, item] of work({ principal, clock, log, feed, presence, signal }, input)) {
      // To its client it has the id of what came before it, as server-sent events do: for the types it has one.
      yield id === undefined ? (item as unknown as TrackedEnvelope<Item>) : tracked(id, item);
    }
  };
}

/**
 * Makes a procedure's resolver from a verb that writes by one statement at most (see WriteOptions.single), but for inputs with which
 * it takes `several`.
 */
export function writing<Input, Output>(
  work: (scope: WriteScope, input: Input) => Promise<Output>,
  { several = () => false }: { several?: (input: Input) => boolean } = {},
) {
  return async (call: Call<Input>): Promise<Output> => {
    const { ctx, input } = call;
    const { clock, log, deadline } = ctx;
    const principal = authorized(ctx);
    const run = (db: Sql) => work({ principal, clock, log, db }, input);
    if (ctx.idempotencyKey() !== undefined || several(input)) return inTransaction(call, run);
    const { userId } = principal;
    // A customer writes to what is theirs, and to nothing else.
    const owner = isStaff(principal) ? undefined : userId;
    return database(ctx).write(run, { deadline, single: true, owner, user: userId });
  };
}

/**
 * Makes a procedure's resolver from a verb that writes by models, or by several statements: one transaction on either engine.
 * `secret`: its output has a secret in it, which an idempotency record keeps sealed. `long`: see TransactionOptions.
 */
export function transacting<Input, Output>(
  work: (scope: TransactionScope, input: Input) => Promise<Output>,
  { secret = false, long = false }: { secret?: boolean; long?: boolean } = {},
) {
  return async (call: Call<Input>): Promise<Output> => {
    const { ctx, input } = call;
    const { clock, log, outbound, secrets } = ctx;
    const principal = authorized(ctx);
    const run = (db: Db) => work({ principal, clock, log, outbound, secrets, db }, input);
    return inTransaction(call, run, { secrets: secret ? secrets : undefined, long });
  };
}

/** What a verb works with that takes a file. */
export interface UploadScope extends WriteScope {
  readonly upload: StoredUpload;
  readonly fileQuota: FileQuota;
}

/**
 * Makes a procedure's resolver from a verb that takes a file, by several statements. The bytes of the file are part of what an
 * idempotency key stands for.
 */
export function uploading<Input, Output>(work: (scope: UploadScope, input: Input) => Promise<Output>) {
  return async ({ ctx, path, input }: Call<Input>): Promise<Output> => {
    const { clock, log, upload, fileQuota } = ctx;
    if (upload === null) {
      const message = 'A file comes over REST: send it as the body of POST /support/files';
      throw new AppError('BAD_REQUEST', { details: [{ path: '', message }] });
    }
    const principal = authorized(ctx);
    const asked = { input, sha256: upload.sha256 };
    return inTransaction({ ctx, path, input: asked }, (db) =>
      work({ principal, clock, log, db, upload, fileQuota }, input),
    );
  };
}

/** A request that brings an idempotency key is done once, and answered alike each time. */
async function inTransaction<Input, Output>(
  { ctx, path, input }: Call<Input>,
  run: (db: Db) => Promise<Output>,
  { secrets, long }: { secrets?: SecretKeeper | undefined; long?: boolean } = {},
): Promise<Output> {
  const { clock, deadline } = ctx;
  const { userId, role } = authorized(ctx);
  const options = { deadline, long, user: userId };
  const key = ctx.idempotencyKey();
  if (key === undefined) return database(ctx).transaction(run, options);

  const attempt = { userId, key, fingerprint: fingerprint({ path, role, input }), now: clock.now(), secrets };
  const { output, replayed } = await database(ctx).transaction(
    (db) => runIdempotently(db, attempt, () => run(db)),
    options,
  );
  if (replayed) ctx.onReplay();
  return output;
}

/** The procedure's policy has let somebody in: without one, there would be no call. */
function authorized({ principal }: Context): Principal {
  if (principal === null) throw new AppError('UNAUTHORIZED');
  return principal;
}

function database({ db }: Context): Database {
  return databaseBehind(db);
}
