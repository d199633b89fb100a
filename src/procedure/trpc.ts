import { initTRPC } from '@trpc/server';
import type { Policy } from '../auth/policy.js';
import { type AppError, type ErrorCode, fromTrpcError } from '../errors/app-error.js';
import { cutToSize } from '../errors/cut.js';
import type { ErrorDetail } from '../errors/details.js';
import type { Context } from './context.js';
import type { Meta } from './meta.js';
import { runProcedure } from './run-procedure.js';

/** What tRPC clients see in `error.data`: the same `code` and `details` as in the REST envelope. */
export interface ErrorData {
  code: ErrorCode;
  httpStatus: number;
  path?: string;
  details?: ErrorDetail[];
  /** Defects only: what to quote when asking about it. */
  requestId?: string;
}

interface Where extends Pick<ErrorData, 'path' | 'requestId'> {
  /** What the failure may take of its answer. */
  bytes?: number;
}

/** The message and the data of a tRPC error. */
export function describeFailure(failure: AppError, { path, requestId, bytes }: Where) {
  const { message, ...cut } = cutToSize({ message: failure.message, path, details: failure.details }, bytes);
  const data: ErrorData = { code: failure.appCode, httpStatus: failure.status };
  if (cut.path !== undefined) data.path = cut.path;
  if (cut.details !== undefined) data.details = [...cut.details];
  if (failure.appCode === 'INTERNAL_SERVER_ERROR' && requestId !== undefined) data.requestId = requestId;
  return { message, data };
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    // On purpose, whatever NODE_ENV says: with it, stacks would leave the server.
    isDev: false,
    errorFormatter({ shape, error, ctx }) {
      const where = {
        ...(shape.data.path && { path: shape.data.path }),
        ...(ctx && { requestId: ctx.requestId, bytes: ctx.failureBytes }),
      };
      return { code: shape.code, ...describeFailure(fromTrpcError(error), where) };
    },
  });

export const router = t.router;
/** One router of what several modules can do with the same noun. */
export const mergeRouters = t.mergeRouters;

// The only builders there are: whoever adds a procedure says who may call it. tRPC's types take a caller of one's own for
// a server action's, a plain function; what both surfaces call is a procedure as before.
const allow = (policy: Policy) =>
  t.procedure.meta({ policy }).experimental_caller(runProcedure) as unknown as typeof t.procedure;

/** Any verified user; what is somebody's own is theirs alone, by the query's `where`. */
export const customerProcedure = allow('customer');
/** Agents and admins. */
export const agentProcedure = allow('agent');
export const adminProcedure = allow('admin');
