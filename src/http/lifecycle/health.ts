import type { FastifyInstance } from 'fastify';
import type { DatabaseHandle } from '../../db/handle.js';
import { AppError } from '../../errors/app-error.js';
import { cached } from '../../telemetry/cached.js';
import { success } from '../response/envelope.js';

const PING_TIMEOUT_MS = 2000;
/** One answer of the database for all who ask within this time. */
const SHARED_MS = 500;

/**
 * `GET /health/live`: the process answers. `GET /health/ready`: so does the database, within 2 s, and we are not on our
 * way out; else 503, and a balancer sends its requests elsewhere. Neither counts against a limit, or the balancer would
 * take a busy instance for a dead one; so the database is asked twice a second at most, whoever asks how often.
 */
export function healthRoutes(app: FastifyInstance, db: DatabaseHandle): void {
  const options = { logLevel: 'warn', config: { unlimited: true } } as const;
  const ping = cached(SHARED_MS, () => within(PING_TIMEOUT_MS, db.ping()));
  app.get('/health/live', options, async () => success({ status: 'live' }));
  app.get('/health/ready', options, async () => {
    await ping().catch((cause) => {
      throw new AppError('SERVICE_UNAVAILABLE', { cause });
    });
    return success({ status: 'ready' });
  });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The database did not answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
