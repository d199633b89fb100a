import cors from '@fastify/cors';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { installAuthentication } from './auth/authenticate.js';
import type { Principal } from './auth/principal.js';
import { type Clock, systemClock } from './clock.js';
import type { Config } from './config.js';
import type { DatabaseHandle } from './db/handle.js';
import { acceptEmptyBodies, installBodyParser } from './http/body-parser.js';
import { clientAddress } from './http/client-address.js';
import { docsPage } from './http/docs-page.js';
import { handleError } from './http/error-handler.js';
import { healthRoutes } from './http/health.js';
import { endWith } from './http/hooks.js';
import { takeOverNodeAnswers } from './http/node-answers.js';
import { shedOverload } from './http/overload.js';
import { answerParserError, beginAfterParser } from './http/parser-errors.js';
import { rateLimits } from './http/rate-limit.js';
import { requestContext } from './http/request-context.js';
import { logRequests, requestId } from './http/request-log.js';
import { restBridge } from './http/rest.js';
import { sendSecurityHeaders } from './http/security-headers.js';
import { TRPC_PREFIX } from './http/send-failure.js';
import { serverLimits } from './http/server-limits.js';
import { refuseWhileClosing } from './http/shutdown.js';
import { dropStragglers } from './http/stragglers.js';
import { limitTime } from './http/time-limit.js';
import { trpcSurface } from './http/trpc.js';
import { Unanswered } from './http/unanswered.js';
import { answerUnknownRoutes } from './http/unknown-routes.js';
import { appRouter } from './router.js';
import './http/fastify-types.js';

interface AppParts {
  config: Config;
  db: DatabaseHandle;
  log: FastifyBaseLogger;
  /** The text of openapi.json. */
  document: string;
  clock?: Clock;
}

const MAX_BATCH_SIZE = 20;

/** The whole server, ready to listen or to inject requests into. Never listens itself, and leaves `db` open. */
export async function buildApp({ config, db, log, document, clock = systemClock }: AppParts): Promise<FastifyInstance> {
  const unanswered = new Unanswered();
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    // Ours has one line for each answer: see logRequests().
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    trustProxy: config.TRUST_PROXY.length > 0 ? config.TRUST_PROXY : false,
    ...serverLimits(config),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // Fastify's own answers to these two would miss the envelope and the request id.
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      return handleError(error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerParserError(error, socket, requestId({ headers: {} }), unanswered),
  });

  unanswered.watch(app.server);
  beginAfterParser(app);
  app.setErrorHandler(handleError);
  logRequests(app);
  limitTime(app, unanswered, config.REQUEST_TIMEOUT_MS);

  sendSecurityHeaders(app);
  if (config.CORS_ORIGINS.length > 0) {
    await app.register(cors, {
      origin: config.CORS_ORIGINS.includes('*') ? '*' : config.CORS_ORIGINS,
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: [
        'x-request-id',
        'x-total-count',
        'link',
        'retry-after',
        'www-authenticate',
        'ratelimit',
        'ratelimit-policy',
        'idempotency-replayed',
      ],
      maxAge: 600,
      // Its refusal of an OPTIONS request that is no preflight is plain text.
      strictPreflight: false,
    });
  }
  takeOverNodeAnswers(app);
  refuseWhileClosing(app);
  dropStragglers(app, unanswered);
  const inFlight = shedOverload(app, config);
  const limitRate = await rateLimits(app, config);
  await limitRate(app, { name: 'address', quota: config.RATE_LIMIT_IP, keyOf: clientAddress });
  answerUnknownRoutes(app);
  acceptEmptyBodies(app);
  installBodyParser(app, 'json');

  healthRoutes(app, db);
  await app.register((scope) => docsPage(scope, document));

  const authenticate = await installAuthentication(app, config, clock);
  const createContext = (request: FastifyRequest, reply: FastifyReply) =>
    requestContext(request, reply, { db, clock, inFlight });
  app.decorateRequest('principal', null);
  await app.register(async (scope) => {
    scope.addHook('onRequest', (request, _reply, done) => {
      const identify = (principal: Principal | null) => {
        request.principal = principal;
      };
      endWith(authenticate(request), identify, done);
    });
    const userId = ({ principal }: FastifyRequest) => principal?.userId ?? '';
    await limitRate(scope, { name: 'user', quota: config.RATE_LIMIT_USER, keyOf: userId });
    await scope.register((rest) => restBridge(rest, { router: appRouter, createContext }));
    await scope.register(
      (trpc) => trpcSurface(trpc, { router: appRouter, createContext, maxBatchSize: MAX_BATCH_SIZE }),
      { prefix: TRPC_PREFIX },
    );
  });

  return app;
}
