import type { FastifyInstance, FastifyReply } from 'fastify';
import { UnknownOutcomeError } from '../../db/driver-errors.js';
import type { Deadline } from '../../db/handle.js';
import { AppError } from '../../errors/app-error.js';
import { addStep } from '../hooks.js';
import type { OpenRequests } from '../lifecycle/open-requests.js';

/**
 * Answers 503 to a request that has had no answer for `ms` since its headers came, or 408 when its body has not even
 * arrived by then, and has its transactions rolled back. An answer that has begun by then may take its time. A client that
 * went away is none of this: its request was received.
 *
 * A body that goes on after the answer is read and dropped for another `ms` at most, then its connection ends.
 *
 * Not Fastify's `handlerTimeout`: that takes the end of the body for the end of the request (fastify/fastify#6725, open in
 * 5.12), and so never ends a POST.
 */
export function limitTime(app: FastifyInstance, openRequests: OpenRequests, ms: number): void {
  // All have the same time, and stand in the order in which it ends: the first one's timer is enough for all.
  let timer: NodeJS.Timeout | undefined;
  const endThoseWhoseTimeIsUp = () => {
    timer = undefined;
    for (const open of openRequests) {
      const { reply, late } = open;
      if (reply === undefined || late || reply.request.routeOptions.config.timesItself) continue;
      const { deadline } = reply.request;
      if (deadline.leftMs > 0) {
        timer = setTimeout(endThoseWhoseTimeIsUp, Math.ceil(deadline.leftMs));
        return;
      }
      open.late = true;
      answerLate(reply, deadline, ms);
    }
  };

  // Set by the hook for each request.
  app.decorateRequest('deadline');
  addStep(app, 'onRequest', (request, reply) => {
    request.deadline = new RequestDeadline(ms);
    openRequests.add(reply.raw).reply = reply;
    timer ??= setTimeout(endThoseWhoseTimeIsUp, ms);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
  addStep(app, 'onResponse', ({ raw }) => {
    if (raw.complete) return;
    const limit = setTimeout(() => raw.destroy(), ms);
    raw.once('close', () => clearTimeout(limit));
  });
}

/** Answers a request whose time is up, unless it has an answer, and lets nothing of it be committed any more. */
export function answerLate(reply: FastifyReply, deadline: Deadline, ms: number): void {
  if (reply.sent || reply.raw.headersSent) return;
  deadline.expired = true;
  const late = new Error(`Request timed out after ${ms} ms`);
  const code = reply.request.raw.complete ? 'SERVICE_UNAVAILABLE' : 'REQUEST_TIMEOUT';
  reply.send(new AppError(code, { cause: deadline.commits > 0 ? new UnknownOutcomeError(late) : late }));
}

export class RequestDeadline implements Deadline {
  expired = false;
  commits = 0;
  readonly #endsAt: number;

  constructor(ms: number) {
    this.#endsAt = performance.now() + ms;
  }

  get leftMs(): number {
    return this.#endsAt - performance.now();
  }
}
