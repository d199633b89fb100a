import type { FastifyInstance, RouteShorthandOptions } from 'fastify';
import type { DatabaseHandle } from '../../db/handle.js';
import { AppError } from '../../errors/app-error.js';
import { FairScheduler } from '../limits/fair-scheduling.js';
import { success } from '../response/envelope.js';

const PING_TIMEOUT_MS = 2000;
/** One answer of the database for all who ask within this time. */
const SHARED_MS = 500;

/**
 * `GET /health/live`: the process answers. `GET /health/ready`: so does the database, within 2 s, and we are not on our
 * way out; else 503, and a balancer sends its requests elsewhere. Neither counts against a limit, or the balancer would
 * take a busy instance for a dead one; so the database is asked twice a second at most, however many ask us, and of those who
 * ask at once each waits until others have had their turn.
 */
export function healthRoutes(app: FastifyInstance, db: DatabaseHandle): void {
  // Apart from everybody else's: they wait for one another alone.
  const scheduler = new FairScheduler();
  const options: RouteShorthandOptions = {
    logLevel: 'warn',
    config: { unlimited: true },
    onRequest: (request, _reply, done) => scheduler.schedule(request.ip, { start: done, refuse: done }),
  };
  const ping = shared(SHARED_MS, () => within(PING_TIMEOUT_MS, db.ping()));
  app.get('/health/live', options, async () => success({ status: 'live' }));
  app.get('/health/ready', options, async () => {
    const { answer, own } = ping();
    await answer.catch((cause) => {
      // One line in the log for each failure of the database, not for each who was told of it.
      throw new AppError('SERVICE_UNAVAILABLE', own ? { cause } : {});
    });
    return success({ status: 'ready' });
  });
}

interface Shared<T> {
  readonly answer: Promise<T>;
  /** It was asked for this call. */
  readonly own: boolean;
}

/** `ask` for all who want to know: while its answer, good or bad, is on the way, and for `ms` from when it is there. */
function shared<T>(ms: number, ask: () => Promise<T>): () => Shared<T> {
  let answer: Promise<T> | undefined;
  let goodUntil = 0;
  return () => {
    if (answer !== undefined && performance.now() < goodUntil) return { answer, own: false };
    const settle = () => {
      goodUntil = performance.now() + ms;
    };
    goodUntil = Number.POSITIVE_INFINITY;
    answer = ask();
    answer.then(settle, settle);
    return { answer, own: true };
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The database did not answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
