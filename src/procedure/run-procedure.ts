import { TRPCError } from '@trpc/server';
import type { ZodType } from 'zod';
import { requirePolicy } from '../auth/policy.js';
import { toAppError } from '../db/driver-errors.js';
import { AppError, fromTrpcError } from '../errors/app-error.js';
import { zodDetails } from '../errors/zod-details.js';
import type { Context } from './context.js';
import type { Meta } from './meta.js';
import { checkedItem, itemOf } from './stream-output.js';

/** One call, from either surface. */
export interface ProcedureCall {
  ctx: Context;
  /** `support.tickets.create` */
  path: string;
  /** What was sent, not yet checked. Rejects where that can't be read. */
  getRawInput(): Promise<unknown>;
  /** Aborted when nobody wants what a subscription gives any more. */
  signal?: AbortSignal | undefined;
}

/** What a procedure's builder has gathered. tRPC keeps it in `_def`, and hands it to its `caller`. */
export interface ProcedureDefinition {
  type?: 'query' | 'mutation' | 'subscription';
  meta?: Meta;
  inputs: ZodType[];
  output?: ZodType;
  resolver(call: { ctx: Context; path: string; input: unknown; signal?: AbortSignal | undefined }): Promise<unknown>;
}

/**
 * Every call of every procedure, whatever the surface: who may → input → work → output. Stands in the place of tRPC's
 * chain of middlewares, which copies the call at each step (docs/performance.md).
 *
 * @throws AppError, and nothing else; with the message that the contract documents for the procedure's 400.
 */
export async function runProcedure({ args, _def }: { args: unknown[]; _def: unknown }): Promise<unknown> {
  const definition = _def as ProcedureDefinition;
  if (definition.type === 'subscription') return runSubscription(definition, args[0] as ProcedureCall);
  const { meta, inputs, output, resolver } = definition;
  const { ctx, path, getRawInput } = args[0] as ProcedureCall;
  let leave: (() => void) | undefined;
  const startedAt = performance.now();
  let code = 'OK';
  try {
    requirePolicy(ctx.principal, meta?.policy);
    // A place is held until the work has ended, also where its request has been answered before: it still weighs.
    leave = ctx.enter();
    const input = checkedInput(inputs[0], await getRawInput());
    return checkedOutput(output, await resolver({ ctx, path, input }));
  } catch (error) {
    const failure = documented(toFailure(error), meta);
    code = failure.appCode;
    throw failure;
  } finally {
    leave?.();
    ctx.onCall(path, code, (performance.now() - startedAt) / 1000);
  }
}

/**
 * The same for what goes on: who may → a place among the streams → input → values, each checked. Nothing of it happens before
 * the first value is asked for. The call has ended, for whoever counts, with that value.
 *
 * @throws AppError, and nothing else, as runProcedure() does.
 */
async function* runSubscription(
  { meta, inputs, output, resolver }: ProcedureDefinition,
  { ctx, path, getRawInput, signal }: ProcedureCall,
): AsyncGenerator<unknown, void> {
  let leave: (() => void) | undefined;
  const startedAt = performance.now();
  let isCounted = false;
  const count = (code: string) => {
    if (!isCounted) ctx.onCall(path, code, (performance.now() - startedAt) / 1000);
    isCounted = true;
  };
  try {
    requirePolicy(ctx.principal, meta?.policy);
    leave = ctx.enterStream();
    const input = checkedInput(inputs[0], await getRawInput());
    const item = itemOf(output);
    const values = (await resolver({ ctx, path, input, signal })) as AsyncIterable<unknown>;
    for await (const value of values) {
      const checked = checkedItem(item, value);
      count('OK');
      yield checked;
    }
  } catch (error) {
    const failure = documented(toFailure(error), meta);
    count(failure.appCode);
    throw failure;
  } finally {
    leave?.();
  }
}

function checkedInput(schema: ZodType | undefined, sent: unknown): unknown {
  const checked = schema?.safeParse(sent);
  if (checked?.success) return checked.data;
  throw new AppError('BAD_REQUEST', { details: checked ? zodDetails(checked.error) : [] });
}

/** A shape that is not the documented one is a defect, not an answer. */
function checkedOutput(schema: ZodType | undefined, made: unknown): unknown {
  if (schema === undefined) throw new TypeError('A procedure without .output()');
  return schema.parse(made);
}

function toFailure(error: unknown): AppError {
  const known = toAppError(error);
  if (known !== undefined) return known;
  if (error instanceof TRPCError) return fromTrpcError(error);
  return new AppError('INTERNAL_SERVER_ERROR', { cause: error });
}

function documented(failure: AppError, meta: Meta | undefined): AppError {
  const { appCode, details, cause } = failure;
  if (appCode !== 'BAD_REQUEST' || meta?.invalid === undefined || details === undefined) return failure;
  return new AppError('BAD_REQUEST', { message: meta.invalid, details, cause });
}
