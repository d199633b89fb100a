import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { MAX_DETAILS } from '../../errors/cut.js';
import { type ErrorDetail, unknownField } from '../../errors/details.js';
import { proceduresNamedIn } from './batch-calls.js';

/** What tRPC's links send in a query: `batch` and `input`. */
const KNOWN = new Set(['batch', 'input']);

/**
 * Refuses by name what would switch tRPC to another way of being called than the documented one, and what it doesn't know:
 * streamed answers, which no time limit ends once they have begun, and parameters such as `connectionParams`.
 *
 * @throws AppError BAD_REQUEST
 */
export function refuseSwitches({ headers, query }: FastifyRequest): void {
  const wrong: ErrorDetail[] = [];
  if (/\bapplication\/jsonl\b/i.test(String(headers['trpc-accept'] ?? ''))) {
    wrong.push({ path: 'trpc-accept', message: 'Answers are not streamed: use httpBatchLink' });
  }
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    if (wrong.length === MAX_DETAILS) break;
    if (!KNOWN.has(name)) wrong.push(unknownField(name));
    // We would read one of them, and tRPC perhaps the other.
    else if (typeof value !== 'string') wrong.push({ path: name, message: 'Must be sent once' });
  }
  if (wrong.length > 0) throw new AppError('BAD_REQUEST', { details: wrong });
}

/**
 * Streams have routes of their own: see trpcStreams().
 *
 * @throws AppError METHOD_NOT_ALLOWED for a subscription; BAD_REQUEST for one within a batch.
 */
export function refuseSubscriptions(
  request: FastifyRequest,
  reply: FastifyReply,
  subscriptions: ReadonlySet<string>,
): void {
  const names = proceduresNamedIn(request);
  const name = names.find((one) => subscriptions.has(one));
  if (name === undefined) return;
  if (names.length > 1) {
    const message = `${name} is a subscription: a batch has none`;
    throw new AppError('BAD_REQUEST', { details: [{ path: '', message }] });
  }
  reply.header('allow', 'GET');
  throw new AppError('METHOD_NOT_ALLOWED');
}

/**
 * Leaves tRPC's handler no choice by headers: a body is JSON, as the parser has seen, and so is the answer. Other types it
 * would read as a form or a stream, or refuse with a 405 without Allow; `Accept` asks it to stream as well.
 */
export function fixHeaders({ method, headers }: FastifyRequest): void {
  delete headers.accept;
  delete headers['trpc-accept'];
  if (method === 'POST') headers['content-type'] = 'application/json';
  else delete headers['content-type'];
}
