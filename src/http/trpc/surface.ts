import type { AnyTRPCRouter } from '@trpc/server';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requirePolicy } from '../../auth/policy.js';
import { AppError, fromTrpcError } from '../../errors/app-error.js';
import type { Context } from '../../procedure/context.js';
import { addStep } from '../hooks.js';
import { installBodyParser } from '../request/body-parser.js';
import { failureHeaders } from '../response/envelope.js';
import { logFailure } from '../response/error-handler.js';
import { callsNamedIn } from './batch-calls.js';

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
  installBodyParser(app, 'text');
  // Before the body is read, as on REST. No procedure is for nobody.
  addStep(app, 'onRequest', (request) => {
    requirePolicy(request.principal, 'customer');
  });

  app.route({
    method: ['GET', 'POST'],
    url: '/:path',
    // tRPC has an answer to HEAD for everybody, with or without a token.
    exposeHeadRoute: false,
    config: { maxBatchSize },
    handler: async (request, reply) => {
      const { path } = request.params as { path: string };
      // Of a body that nobody reads. To some types tRPC would say 405, without Allow.
      if (request.method === 'GET') delete request.headers['content-type'];
      const calls = callsNamedIn(request);
      // tRPC says so too, but not how many.
      if (calls > maxBatchSize) {
        throw new AppError('BAD_REQUEST', {
          details: [{ path: '', message: `A batch has at most ${maxBatchSize} calls` }],
        });
      }
      await fastifyRequestHandler({
        router,
        path,
        req: request,
        res: reply,
        maxBatchSize,
        // Headers go with the whole answer, so the size of one list among several can't.
        createContext: () => ({ ...createContext(request, reply), ...(calls > 1 && { onPage: () => {} }) }),
        onError: ({ error }) => logFailure(request, fromTrpcError(error)),
        responseMeta: ({ errors, eagerGeneration }) => ({
          headers: {
            // tRPC forgets it on some failures. A stream has a type of its own.
            ...(!eagerGeneration && { 'content-type': 'application/json; charset=utf-8' }),
            ...Object.assign({}, ...errors.map(fromTrpcError).map(failureHeaders)),
          },
        }),
      });
    },
  });
}
