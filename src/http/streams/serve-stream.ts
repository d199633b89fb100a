import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Policy, requirePolicy } from '../../auth/policy.js';
import type { Principal } from '../../auth/principal.js';
import { AppError } from '../../errors/app-error.js';
import type { StreamValue } from '../../procedure/stream-output.js';
import type { Clock } from '../../schema/clock.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { logFailure } from '../response/error-handler.js';
import type { StreamEncoding } from './encodings.js';
import { EventStream } from './event-stream.js';
import type { OpenStreams } from './open-streams.js';

/** What all streams of the server share. */
export interface StreamParts {
  streams: OpenStreams;
  metrics: Metrics;
  clock: Clock;
  authenticate(request: FastifyRequest): Principal | null | Promise<Principal | null>;
}

interface Stream {
  policy: Policy | undefined;
  encoding: StreamEncoding;
  /** Begins what is to be streamed. */
  subscribe(signal: AbortSignal): Promise<unknown>;
}

/** Given, as Node would make an error with its stack for each: of 2,000 clients that leave at once it took the event loop for 50 ms. */
const NOT_WANTED = 'The stream has ended';

/** Against proxies that would keep events until there are many, or hand out what somebody else was sent. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

/**
 * Answers with a stream of what a subscription gives, for as long as its client wants it and may have it. What fails before its
 * first value is answered as any other failure.
 */
export async function serveStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { streams, metrics, clock, authenticate }: StreamParts,
  { policy, encoding, subscribe }: Stream,
): Promise<void> {
  const { raw: response } = reply;
  const wanted = new AbortController();
  response.once('close', () => wanted.abort(NOT_WANTED));
  const subscription = (await subscribe(wanted.signal)) as AsyncIterable<StreamValue>;
  const values = subscription[Symbol.asyncIterator]();
  const first = await values.next();
  const { socket } = request.raw;
  // Its client may have left meanwhile, or been told that it took too long.
  if (reply.sent || response.destroyed || socket.readableEnded) {
    wanted.abort(NOT_WANTED);
    await values.return?.();
    if (!reply.sent) response.destroy();
    return;
  }

  reply.hijack();
  response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
  // Ours are other ones: see EventStream.
  socket.setTimeout(0);
  // Whoever closes their side has left. Another answer would be sent all the same: see replaceDefaultResponses().
  socket.once('end', () => response.destroy());
  const stream = new EventStream({
    response,
    encoding,
    clock,
    mayGoOn: () => isAllowed(authenticate(request), policy),
    onEnd: (reason) => {
      streams.remove(stream);
      metrics.streamEnded(reason);
      wanted.abort(NOT_WANTED);
    },
  });
  streams.add(stream);
  await stream.send(first, values, (error) => {
    const failure = error instanceof AppError ? error : new AppError('INTERNAL_SERVER_ERROR', { cause: error });
    logFailure(request, failure);
    return failure;
  });
  await values.return?.();
}

async function resolved(asked: Promise<Principal | null>, policy: Policy | undefined): Promise<boolean> {
  try {
    return isAllowed(await asked, policy) as boolean;
  } catch {
    // The issuer's keys can't be fetched just now: that says nothing of the token.
    return true;
  }
}

/** Whether the token is still good, and its role may still do this. */
function isAllowed(
  asked: Principal | null | Promise<Principal | null>,
  policy: Policy | undefined,
): boolean | Promise<boolean> {
  if (asked instanceof Promise) return resolved(asked, policy);
  try {
    requirePolicy(asked, policy);
    return true;
  } catch {
    return false;
  }
}
