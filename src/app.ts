import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { installAuthentication } from './auth/authenticate.js';
import type { Principal } from './auth/principal.js';
import type { Config } from './config/config.js';
import { databaseBehind } from './db/database.js';
import type { DatabaseHandle } from './db/handle.js';
import { CONSOLE_FOLDER, consolePage } from './http/console/console-page.js';
import { consoleSignIn } from './http/console/console-sign-in.js';
import { allowOrigins } from './http/cors.js';
import { contentRoute } from './http/files/content-route.js';
import { uploadRoutes } from './http/files/upload-route.js';
import { Uploads } from './http/files/uploads.js';
import { endWith } from './http/hooks.js';
import { replaceDefaultResponses } from './http/lifecycle/default-responses.js';
import { closeDrainingConnections } from './http/lifecycle/draining-connections.js';
import { healthRoutes } from './http/lifecycle/health.js';
import { metricsRoute } from './http/lifecycle/metrics.js';
import { OpenRequests } from './http/lifecycle/open-requests.js';
import { answerParserError, beginAfterParser } from './http/lifecycle/parser-errors.js';
import { refuseWhileClosing } from './http/lifecycle/shutdown.js';
import { BodyBudget } from './http/limits/body-budget.js';
import { clientAddress } from './http/limits/client-address.js';
import { LargeAnswers } from './http/limits/large-answers.js';
import { limitBodies } from './http/limits/limit-bodies.js';
import { shedOverload } from './http/limits/overload.js';
import { limitCalls, rateLimits } from './http/limits/rate-limit.js';
import { serverLimits } from './http/limits/server-limits.js';
import { limitTime } from './http/limits/time-limit.js';
import { docsPage } from './http/openapi/docs-page.js';
import { acceptEmptyBodies, installBodyParser } from './http/request/body-parser.js';
import { awaitBeforeContinue } from './http/request/expect-continue.js';
import { gatherPieces } from './http/request/gather-pieces.js';
import { requestContext, type ServerParts } from './http/request/request-context.js';
import { logRequests, requestId } from './http/request/request-log.js';
import { measureRequests } from './http/request/request-metrics.js';
import { readableUrl, refuseUnreadableUrls } from './http/request/unreadable-urls.js';
import { handleError } from './http/response/error-handler.js';
import { sendLongAnswersAsBytes } from './http/response/long-answers.js';
import { sendSecurityHeaders } from './http/response/security-headers.js';
import { TRPC_PREFIX } from './http/response/send-failure.js';
import { StaticFiles } from './http/response/static-files.js';
import { restBridge } from './http/rest/bridge.js';
import { answerUnknownRoutes } from './http/rest/unknown-routes.js';
import { OpenStreams } from './http/streams/open-streams.js';
import { restStreams } from './http/streams/rest-streams.js';
import { trpcStreams } from './http/streams/trpc-streams.js';
import { trpcSurface } from './http/trpc/surface.js';
import { WIDGET_FOLDER, widgetScript } from './http/widget/widget-script.js';
import { LiveFeed } from './live/live-feed.js';
import { LivePresence } from './live/live-presence.js';
import { outboundHost } from './outbound/outbound-host.js';
import { appRouter } from './router.js';
import { type Clock, systemClock } from './schema/clock.js';
import { Vault } from './secrets/vault.js';
import { FileLinks } from './storage/file-links.js';
import { MAX_UNATTACHED } from './storage/file-quota.js';
import type { FileStore } from './storage/file-store.js';
import { openFileStore } from './storage/open-store.js';
import { watchStore } from './storage/watched-store.js';
import { Metrics } from './telemetry/metrics.js';
import './http/fastify-types.js';

interface AppParts {
  config: Config;
  db: DatabaseHandle;
  log: FastifyBaseLogger;
  /** The text of openapi.json. */
  document: string;
  clock?: Clock;
  metrics?: Metrics;
  store?: FileStore;
}

const MAX_BATCH_SIZE = 20;

/** The whole server, ready to listen or to inject requests into. Never listens itself, and leaves `db` open. */
export async function buildApp({
  config,
  db,
  log,
  document,
  clock = systemClock,
  metrics = new Metrics(),
  store: givenStore,
}: AppParts): Promise<FastifyInstance> {
  const store = givenStore ?? watchStore(await openFileStore(config), (operation) => metrics.storeFailed(operation));
  const openRequests = new OpenRequests();
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    // Ours has one line for each answer: see logRequests().
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    rewriteUrl: readableUrl,
    trustProxy: config.TRUST_PROXY.length > 0 ? config.TRUST_PROXY : false,
    ...serverLimits(config),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // Fastify's own answers to these two would miss the envelope and the request id.
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      return handleError(error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerParserError(error, socket, requestId({ headers: {} }), openRequests),
  });

  openRequests.watch(app.server);
  beginAfterParser(app);
  gatherPieces(app);
  app.setErrorHandler(handleError);
  logRequests(app, openRequests);
  measureRequests(app, metrics);
  limitTime(app, openRequests, config.REQUEST_TIMEOUT_MS);

  sendSecurityHeaders(app, config);
  sendLongAnswersAsBytes(app);
  await allowOrigins(app, config.CORS_ORIGINS);
  replaceDefaultResponses(app, openRequests);
  awaitBeforeContinue(app);
  refuseWhileClosing(app, metrics);
  closeDrainingConnections(app, openRequests, config.SHUTDOWN_TIMEOUT_MS);
  const inFlight = shedOverload(app, config, metrics, openRequests);
  const openQuota = await rateLimits(app, config, metrics);
  limitCalls(app, await openQuota({ name: 'address', points: config.RATE_LIMIT_IP }), clientAddress);
  refuseUnreadableUrls(app);
  answerUnknownRoutes(app);
  acceptEmptyBodies(app);
  installBodyParser(app, 'json');

  healthRoutes(app, db);
  metricsRoute(app, metrics, config.METRICS_TOKEN);
  const files = new StaticFiles(openRequests);
  await app.register((scope) => docsPage(scope, { document, publicPath: config.PUBLIC_PATH, files }));
  if (config.CONSOLE) {
    const page = { folder: CONSOLE_FOLDER, publicPath: config.PUBLIC_PATH, signIn: consoleSignIn(config), files };
    await app.register((scope) => consolePage(scope, page));
  }
  if (config.WIDGET) await app.register((scope) => widgetScript(scope, { folder: WIDGET_FOLDER, files }));

  const database = databaseBehind(db);
  const { sql } = database;
  const links = new FileLinks({
    db: database,
    store,
    clock,
    // Never from a request's Host: that is whatever its client, or a proxy, says.
    base: config.PUBLIC_URL ?? config.PUBLIC_PATH ?? '',
  });
  contentRoute(app, { links, store, sql, clock });
  const live = {
    engine: db.engine,
    sql,
    onCommit: (listener: () => void) => database.onCommit(listener),
    pollMs: config.LIVE_POLL_MS,
  };
  const feed = new LiveFeed({
    ...live,
    onEvent: ({ createdAt }) => metrics.delivered((clock.now().getTime() - Date.parse(createdAt)) / 1000),
    onError: (err) => log.error({ err }, 'events cannot be read: streams wait'),
  });
  const presence = new LivePresence({
    ...live,
    now: () => clock.now(),
    onError: (err) => log.error({ err }, 'presence cannot be read: streams go on without it'),
  });
  app.addHook('onClose', async () => void (await Promise.all([feed.close(), presence.close()])));
  const streams = new OpenStreams(config, metrics, clock);
  streams.endWith(app);
  metrics.watch({ streams: () => streams.usage });

  const authenticate = await installAuthentication(app, config, clock);
  const secrets = new Vault(config.SECRETS_KEY);
  const outbound = outboundHost(config, sql);
  const fileQuota = { unattached: MAX_UNATTACHED, bytesPerDay: config.FILE_USER_BYTES };
  const parts: ServerParts = {
    db,
    clock,
    feed,
    presence,
    outbound,
    secrets,
    inFlight,
    largeAnswers: new LargeAnswers(openRequests),
    streams,
    openRequests,
    metrics,
    publicPath: config.PUBLIC_PATH ?? '',
    linkTo: (file) => links.to(file),
    fileQuota,
  };
  const createContext = (request: FastifyRequest, reply: FastifyReply) => requestContext(request, reply, parts);
  const budget = new BodyBudget(config.BODY_BYTES_IN_FLIGHT, config.BODY_LIMIT, () => metrics.refused('body-bytes'));
  metrics.watch({ bodyBytes: () => budget.used });
  const uploads = new Uploads((reason) => metrics.refused(reason));
  uploads.endWith(app, config.SHUTDOWN_TIMEOUT_MS);
  metrics.watch({ uploads: () => uploads.count });
  app.decorateRequest('principal', null);
  await app.register(async (scope) => {
    scope.addHook('onRequest', (request, _reply, done) => {
      const identify = (principal: Principal | null) => {
        request.principal = principal;
      };
      endWith(authenticate(request), identify, done);
    });
    const userId = ({ principal }: FastifyRequest) => principal?.userId ?? '';
    limitCalls(scope, await openQuota({ name: 'user', points: config.RATE_LIMIT_USER }), userId);
    const spend = await openQuota({ name: 'user-bytes', points: config.RATE_LIMIT_USER_BYTES });
    await scope.register((files) =>
      uploadRoutes(files, {
        router: appRouter,
        createContext,
        store,
        uploads,
        sql,
        clock,
        quota: fileQuota,
        spend,
        metrics,
        maxBytes: config.FILE_MAX_BYTES,
        zipAllowed: config.FILE_ZIP_ALLOWED,
        scan: config.CLAMD_URL
          ? { url: config.CLAMD_URL, required: config.CLAMD_REQUIRED, silentMs: config.CLAMD_TIMEOUT_MS }
          : undefined,
        idleMs: config.UPLOAD_IDLE_TIMEOUT_MS,
        answerMs: config.REQUEST_TIMEOUT_MS,
      }),
    );
    // Bodies of files have limits of their own.
    await scope.register(async (calls) => {
      limitBodies(calls, { budget, spend, openRequests, metrics });
      await calls.register((rest) => restBridge(rest, { router: appRouter, createContext }));
      const streaming = { router: appRouter, createContext, parts: { streams, metrics, clock, authenticate } };
      await calls.register((rest) => restStreams(rest, streaming));
      await calls.register((trpc) => trpcStreams(trpc, streaming), { prefix: TRPC_PREFIX });
      await calls.register(
        (trpc) => trpcSurface(trpc, { router: appRouter, createContext, maxBatchSize: MAX_BATCH_SIZE }),
        { prefix: TRPC_PREFIX },
      );
    });
  });

  return app;
}
