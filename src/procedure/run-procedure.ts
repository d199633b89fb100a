import { TRPCError } from '@trpc/server';
import type { ZodType } from 'zod';
import { requirePolicy } from '../auth/policy.js';
import { toAppError } from '../db/driver-errors.js';
import { AppError, fromTrpcError } from '../errors/app-error.js';
import { zodDetails } from '../errors/zod-details.js';
import type { Context } from './context.js';
import type { Meta } from './meta.js';

/** One call, from either surface. */
export interface ProcedureCall {
  ctx: Context;
  /** `support.tickets.create` */
  path: string;
  /** What was sent, not yet checked. Rejects where that can't be read. */
  getRawInput(): Promise<unknown>;
}

/** What a procedure's builder has gathered. tRPC keeps it in `_def`, and hands it to its `caller`. */
export interface ProcedureDefinition {
  meta?: Meta;
  inputs: ZodType[];
  output?: ZodType;
  resolver(call: { ctx: Context; path: string; input: unknown }): Promise<unknown>;
}

/**
 * Every call of every procedure, whatever the surface: who may → input → work → output. Stands in the place of tRPC's
 * chain of middlewares, which copies the call at each step (docs/performance.md).
 *
 * @throws AppError, and nothing else; with the message that the contract documents for the procedure's 400.
 */
export async function runProcedure({ args, _def }: { args: unknown[]; _def: unknown }): Promise<unknown> {
  const { meta, inputs, output, resolver } = _def as ProcedureDefinition;
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
