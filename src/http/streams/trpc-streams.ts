import type { AnyTRPCRouter } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requirePolicy } from '../../auth/policy.js';
import { AppError } from '../../errors/app-error.js';
import { MAX_DETAILS } from '../../errors/cut.js';
import { unknownField } from '../../errors/details.js';
import type { Context } from '../../procedure/context.js';
import { describeFailure } from '../../procedure/trpc.js';
import { boundsOf } from '../limits/body-bounds.js';
import { largestInput } from '../limits/input-size.js';
import { hasBody } from '../request/body-headers.js';
import { refuseExcess } from '../request/body-parser.js';
import { unreadable } from '../request/read-body.js';
import { trpcEncoding } from './encodings.js';
import { type StreamParts, serveStream } from './serve-stream.js';
import { subscriptionsOf } from './subscriptions.js';

interface TrpcStreamOptions {
  router: AnyTRPCRouter;
  createContext(request: FastifyRequest, reply: FastifyReply): Context;
  parts: StreamParts;
}

/**
 * A route for each subscription, in the form of tRPC's httpSubscriptionLink. Not by tRPC's handler: its stream can't say when to come
 * back, holds on to what a client doesn't take, and begins with a 200 whatever is wrong.
 */
export async function trpcStreams(app: FastifyInstance, { router, createContext, parts }: TrpcStreamOptions) {
  for (const { name, meta, input, call } of subscriptionsOf(router)) {
    const { policy } = meta;
    const bounds = boundsOf(largestInput(input));
    app.route({
      method: 'GET',
      url: `/${name}`,
      exposeHeadRoute: false,
      config: { procedure: name, stream: true },
      onRequest: (request, _reply, done) => {
        requirePolicy(request.principal, policy);
        if (hasBody(request)) throw unreadable('A subscription takes no body');
        refuseUnknown(request);
        done();
      },
      handler: async (request, reply) => {
        const { input: text } = request.query as { input?: string };
        if (text) refuseExcess(Buffer.from(text), bounds, 'The input');
        const sent = withLastEventId(text ? parse(text) : undefined, request.headers['last-event-id']);
        const ctx = createContext(request, reply);
        await serveStream(request, reply, parts, {
          policy,
          encoding: trpcEncoding((error) => ({
            code: TRPC_ERROR_CODES_BY_KEY[error.code],
            ...describeFailure(error, { path: name, requestId: request.id }),
          })),
          subscribe: (signal) => call({ ctx, path: name, getRawInput: async () => sent, signal }),
        });
        return reply;
      },
    });
  }
}

/** @throws AppError BAD_REQUEST */
function refuseUnknown({ query }: FastifyRequest): void {
  const details = Object.entries(query as Record<string, unknown>)
    .slice(0, MAX_DETAILS)
    .flatMap(([name, value]) => {
      if (name !== 'input') return [unknownField(name)];
      return typeof value === 'string' ? [] : [{ path: name, message: 'Must be sent once' }];
    });
  if (details.length > 0) throw new AppError('BAD_REQUEST', { details });
}

/** @throws AppError BAD_REQUEST */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('BAD_REQUEST', { details: [{ path: '', message: 'The request cannot be read' }], cause });
  }
}

/** As tRPC does: what an EventSource sends when it connects again is newer than what stands in the input. */
function withLastEventId(input: unknown, lastEventId: string | string[] | undefined): unknown {
  if (!lastEventId || (input !== undefined && (typeof input !== 'object' || input === null))) return input;
  return { ...input, lastEventId };
}
