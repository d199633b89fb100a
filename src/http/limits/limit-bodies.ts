import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { endWith } from '../hooks.js';
import type { OpenRequests } from '../lifecycle/open-requests.js';
import { contentLength, hasBody } from '../request/body-headers.js';
import { type BodyBounds, boundsOf } from './body-bounds.js';
import type { BodyBudget } from './body-budget.js';
import type { Spend } from './rate-limit.js';

/** What each piece of a body costs beside its bytes: a client that sends byte by byte has us work for each of them. */
const PIECE_BYTES = 64;
/** So many pieces are nothing unusual, and cost nothing. */
const FREE_PIECES = 64;

interface BodyLimits {
  budget: BodyBudget;
  /** Counts bytes against the user's quota; undefined: there is none. */
  spend: Spend | undefined;
  openRequests: OpenRequests;
  metrics: Metrics;
}

/** A body that may be read, within limits. */
export interface BodyIntake {
  readonly bounds: BodyBounds;
  /** @throws AppError PAYLOAD_TOO_LARGE if it has more bytes than its bounds allow. */
  requireSize(bytes: number): void;
  /**
   * Makes room for so many bytes more: for a body whose length nobody has announced.
   *
   * @throws AppError as Reservation.add() does.
   */
  makeRoom(bytes: number): void;
  /** To be called when all of it is there, before anything is made of it. */
  count(bytes: number, pieces: number): void | Promise<void>;
}

/**
 * Lets a body be sent only as far as there is room for it: within its route's limit, its user's quota of bytes a minute, and
 * the budget of what is on its way. A length that was announced counts at once, before a byte of it is read; chunks count
 * as they come. For routes that have a principal.
 */
export function limitBodies(scope: FastifyInstance, { budget, spend, openRequests, metrics }: BodyLimits): void {
  // Set by the hook for each body.
  scope.decorateRequest('bodyIntake');
  scope.addHook('preParsing', (request, reply, _payload, done) => {
    if (!hasBody(request)) {
      done();
      return;
    }
    const { bodyLimit, config } = request.routeOptions;
    const bounds = config.bodyBounds?.(request) ?? boundsOf();
    const limit = Math.min(bounds.bytes, bodyLimit);
    const length = contentLength(request);
    const requireSize = (bytes: number) => {
      if (bytes <= limit) return;
      metrics.refused('too-large');
      throw new AppError('PAYLOAD_TOO_LARGE');
    };
    if (length !== undefined) requireSize(length);
    const userId = request.principal?.userId ?? '';
    const reservation = budget.reserve(userId);
    reservation.add(length ?? 0);
    openRequests.onceGone(reply.raw, () => reservation.release());
    const take = (bytes: number) => (bytes > 0 ? spend?.(reply, userId, bytes) : undefined);
    request.bodyIntake = {
      bounds: { ...bounds, bytes: limit },
      requireSize,
      makeRoom: (bytes) => reservation.add(bytes),
      count: (bytes, pieces) =>
        take((length === undefined ? bytes : 0) + (pieces > FREE_PIECES ? pieces * PIECE_BYTES : 0)),
    };
    endWith(take(length ?? 0), () => {}, done);
  });
}
