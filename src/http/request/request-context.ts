import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DatabaseHandle } from '../../db/handle.js';
import { MAX_FAILURE_BYTES } from '../../errors/cut.js';
import type { FeedHandle } from '../../live/live-feed.js';
import type { PresenceHandle } from '../../live/live-presence.js';
import type { Context, FileLink, FileQuota, LinkedFile, OutboundHost, SecretKeeper } from '../../procedure/context.js';
import type { Clock } from '../../schema/clock.js';
import type { Metrics, Surface } from '../../telemetry/metrics.js';
import type { OpenRequests } from '../lifecycle/open-requests.js';
import type { InFlight } from '../limits/in-flight.js';
import type { LargeAnswers } from '../limits/large-answers.js';
import { setPageHeaders, setPartHeaders } from '../response/page-headers.js';
import { TRPC_PREFIX } from '../response/send-failure.js';
import type { OpenStreams } from '../streams/open-streams.js';
import { callsIn } from '../trpc/batch-calls.js';
import { idempotencyKey } from './idempotency-key.js';

/** What the contexts of all requests have in common. */
export interface ServerParts {
  db: DatabaseHandle;
  clock: Clock;
  feed: FeedHandle;
  presence: PresenceHandle;
  outbound: OutboundHost;
  secrets: SecretKeeper;
  inFlight: InFlight;
  largeAnswers: LargeAnswers;
  streams: OpenStreams;
  openRequests: OpenRequests;
  metrics: Metrics;
  /** What a proxy puts before our paths; '' for none. */
  publicPath: string;
  linkTo(file: LinkedFile): Promise<FileLink>;
  fileQuota: FileQuota;
}

/** The context of one request, for either surface. Its principal is there after the `authenticate` hook. */
export function requestContext(
  request: FastifyRequest,
  reply: FastifyReply,
  {
    db,
    clock,
    feed,
    presence,
    outbound,
    secrets,
    inFlight,
    largeAnswers,
    streams,
    openRequests,
    metrics,
    publicPath,
    linkTo,
    fileQuota,
  }: ServerParts,
): Context {
  // One for all calls of a batch: their answer leaves as one.
  let large: Promise<void> | undefined;
  return {
    principal: request.principal,
    db,
    clock,
    feed,
    presence,
    outbound,
    secrets,
    log: request.log,
    requestId: request.id,
    // A client that went away leaves its write in place: it was received. Only a 503 that was sent must stay true.
    deadline: request.deadline,
    upload: null,
    fileQuota,
    linkTo,
    failureBytes: Math.floor(MAX_FAILURE_BYTES / callsIn(request)) - 2,
    // Until its answer has left, too: one that nobody reads takes memory for as long.
    enter: () => {
      const leave = inFlight.enter(request.principal?.userId ?? '');
      return () => openRequests.onceGone(reply.raw, leave);
    },
    enterLarge: () => {
      reply.long = true;
      large ??= largeAnswers.enter(request.principal?.userId ?? '', reply.raw);
      return large;
    },
    enterStream: () => streams.enter(request.principal?.userId ?? ''),
    idempotencyKey: () => idempotencyKey(request),
    onReplay: () => void reply.header('idempotency-replayed', 'true'),
    onPage: (info) => setPageHeaders(request, reply, publicPath, info),
    onPart: (info) => setPartHeaders(request, reply, publicPath, info),
    onCall: (procedure, code, seconds) => metrics.call(procedure, surfaceOf(request), code, seconds),
  };
}

function surfaceOf({ routeOptions }: FastifyRequest): Surface {
  return routeOptions.url?.startsWith(`${TRPC_PREFIX}/`) ? 'trpc' : 'rest';
}
