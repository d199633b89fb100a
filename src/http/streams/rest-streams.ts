import type { AnyTRPCRouter } from '@trpc/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requirePolicy } from '../../auth/policy.js';
import type { Context } from '../../procedure/context.js';
import { hasBody } from '../request/body-headers.js';
import { unreadable } from '../request/read-body.js';
import { failure } from '../response/envelope.js';
import { queryReader } from '../rest/query-reader.js';
import { restEncoding } from './encodings.js';
import { type StreamParts, serveStream } from './serve-stream.js';
import { subscriptionsOf } from './subscriptions.js';

interface RestStreamOptions {
  router: AnyTRPCRouter;
  createContext(request: FastifyRequest, reply: FastifyReply): Context;
  parts: StreamParts;
}

/** A route for each subscription that has a path on REST. `Last-Event-ID` is what an EventSource sends when it connects again. */
export async function restStreams(app: FastifyInstance, { router, createContext, parts }: RestStreamOptions) {
  for (const { name, meta, input, call } of subscriptionsOf(router)) {
    const { stream, policy, invalid } = meta;
    if (stream === undefined) continue;
    const readQuery = queryReader(input);
    app.route({
      method: 'GET',
      url: stream.path,
      exposeHeadRoute: false,
      config: { procedure: name, invalid, stream: true },
      onRequest: (request, _reply, done) => {
        requirePolicy(request.principal, policy);
        if (hasBody(request)) throw unreadable('This operation takes no body');
        done();
      },
      handler: async (request, reply) => {
        const { 'last-event-id': lastEventId } = request.headers;
        const sent = { ...readQuery(request.query as Record<string, unknown>), ...(lastEventId && { lastEventId }) };
        const ctx = createContext(request, reply);
        await serveStream(request, reply, parts, {
          policy,
          encoding: restEncoding((error) => failure(error, request.id)),
          subscribe: (signal) => call({ ctx, path: name, getRawInput: async () => sent, signal }),
        });
        return reply;
      },
    });
  }
}
