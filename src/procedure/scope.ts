import { isStaff, type Principal } from '../auth/principal.js';
import { Database } from '../db/database.js';
import type { Sql } from '../db/sql/sql.js';
import { AppError } from '../errors/app-error.js';
import { fingerprint } from '../idempotency/fingerprint.js';
import { runIdempotently } from '../idempotency/run-idempotently.js';
import type { Clock } from '../schema/clock.js';
import type { Context, Log, PageInfo, PartInfo } from './context.js';

interface Scope {
  readonly principal: Principal;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a reading verb works with. */
export interface ReadScope extends Scope {
  /** What is committed; refuses to write. */
  readonly sql: Sql;
  onPage(info: PageInfo): void;
  onPart(info: PartInfo): void;
}

/**
 * What a writing verb works with. `sql` is its transaction and the only way to the database that it has: nothing of it
 * can land outside, and nothing can wait for a connection that the transaction itself holds.
 */
export interface WriteScope extends Scope {
  readonly sql: Sql;
}

interface Call<Input> {
  ctx: Context;
  /** The procedure's. */
  path: string;
  input: Input;
}

/** Makes a procedure's resolver from a reading verb. */
export function reading<Input, Output>(work: (scope: ReadScope, input: Input) => Promise<Output>) {
  return ({ ctx, input }: Call<Input>): Promise<Output> => {
    const { clock, log } = ctx;
    const principal = authorized(ctx);
    const sql = database(ctx).sqlFor(principal.userId);
    return work(
      { principal, clock, log, sql, onPage: (info) => ctx.onPage(info), onPart: (info) => ctx.onPart(info) },
      input,
    );
  };
}

type WritingVerb<Input, Output> = (scope: WriteScope, input: Input) => Promise<Output>;

/** Makes a procedure's resolver from a verb that writes by one statement at most. See WriteOptions.single. */
export function writing<Input, Output>(work: WritingVerb<Input, Output>) {
  return writer(work, { single: true });
}

/** Makes a procedure's resolver from a verb that writes by several statements: one transaction on either engine. */
export function transacting<Input, Output>(work: WritingVerb<Input, Output>) {
  return writer(work, { single: false });
}

/** A request that brings an idempotency key is done once, and answered alike each time. */
function writer<Input, Output>(work: WritingVerb<Input, Output>, { single }: { single: boolean }) {
  return async ({ ctx, path, input }: Call<Input>): Promise<Output> => {
    const { clock, log, deadline } = ctx;
    const principal = authorized(ctx);
    const run = (sql: Sql) => work({ principal, clock, log, sql }, input);
    const key = ctx.idempotencyKey();
    const { userId, role } = principal;
    if (key === undefined) {
      // A customer writes to what is theirs, and to nothing else.
      return database(ctx).write(run, {
        deadline,
        single,
        owner: isStaff(principal) ? undefined : userId,
        user: userId,
      });
    }

    const attempt = { userId, key, fingerprint: fingerprint({ path, role, input }), now: clock.now() };
    const { output, replayed } = await database(ctx).write((sql) => runIdempotently(sql, attempt, () => run(sql)), {
      deadline,
      user: userId,
    });
    if (replayed) ctx.onReplay();
    return output;
  };
}

/** The procedure's policy has let somebody in: without one, there would be no call. */
function authorized({ principal }: Context): Principal {
  if (principal === null) throw new AppError('UNAUTHORIZED');
  return principal;
}

/** The context shows a face without Prisma's types (see there); behind it is always a Database. */
function database(ctx: Context): Database {
  if (ctx.db instanceof Database) return ctx.db;
  throw new TypeError('The context holds something that openDatabase() did not make');
}
