import type { AnyTRPCRouter } from '@trpc/server';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requirePolicy } from '../../auth/policy.js';
import { AppError, fromTrpcError } from '../../errors/app-error.js';
import type { Context } from '../../procedure/context.js';
import { addStep } from '../hooks.js';
import { trpcBounds } from '../limits/body-bounds.js';
import { installBodyParser, refuseExcess } from '../request/body-parser.js';
import { failureHeaders } from '../response/envelope.js';
import { logFailure } from '../response/error-handler.js';
import { subscriptionsOf } from '../streams/subscriptions.js';
import { proceduresNamedIn, requireReadablePath } from './batch-calls.js';
import { fixHeaders, refuseSubscriptions, refuseSwitches } from './refuse-switches.js';

interface TrpcOptions {
  router: AnyTRPCRouter;
  createContext(request: FastifyRequest, reply: FastifyReply): Context;
  /** Most calls in one batch. */
  maxBatchSize: number;
}

/**
 * The tRPC surface. A route of our own around tRPC's handler instead of its plugin: the plugin takes multipart bodies of
 * any size, whatever the body limit says, and multipart is a type that any web page may send without asking.
 */
export async function trpcSurface(app: FastifyInstance, { router, createContext, maxBatchSize }: TrpcOptions) {
  const boundsOfCalls = trpcBounds(router);
  const subscriptions = new Set(subscriptionsOf(router).map(({ name }) => name));
  installBodyParser(app, 'text');
  // Before the body is read, as on REST. No procedure is for nobody.
  addStep(app, 'onRequest', (request, reply) => {
    requirePolicy(request.principal, 'customer');
    requireReadablePath(request);
    refuseSubscriptions(request, reply, subscriptions);
    refuseSwitches(request);
    // tRPC says so too, but not how many.
    if (proceduresNamedIn(request).length > maxBatchSize) {
      throw new AppError('BAD_REQUEST', {
        details: [{ path: '', message: `A batch has at most ${maxBatchSize} calls` }],
      });
    }
    const { input } = request.query as { input?: string };
    if (input) refuseExcess(Buffer.from(input), boundsOfCalls(proceduresNamedIn(request)), 'The input');
  });

  app.route({
    method: ['GET', 'POST'],
    url: '/:path',
    // tRPC has an answer to HEAD for everybody, with or without a token.
    exposeHeadRoute: false,
    config: { maxBatchSize, bodyBounds: (request) => boundsOfCalls(proceduresNamedIn(request)) },
    handler: async (request, reply) => {
      const { path } = request.params as { path: string };
      fixHeaders(request);
      const isBatch = proceduresNamedIn(request).length > 1;
      await fastifyRequestHandler({
        router,
        path,
        req: request,
        res: reply,
        maxBatchSize,
        // Headers go with the whole answer, so the size of one list among several can't.
        createContext: () => ({ ...createContext(request, reply), ...(isBatch && { onPage: () => {} }) }),
        onError: ({ error }) => logFailure(request, fromTrpcError(error)),
        responseMeta: ({ errors }) => ({
          headers: {
            // tRPC forgets it on some failures.
            'content-type': 'application/json; charset=utf-8',
            ...Object.assign({}, ...errors.map(fromTrpcError).map(failureHeaders)),
          },
        }),
      });
    },
  });
}
