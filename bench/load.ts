import autocannon from 'autocannon';
import type { Ids } from './data.js';
import { type Operation, requestOf } from './operations.js';
import { quantile } from './quantile.js';

/** One stretch of load on one server. Runs in a process of its own: the runner sends the job, and gets the result. */
export interface Job {
  url: string;
  operation: Operation;
  connections: number;
  seconds: number;
}

export interface Result {
  requests: number;
  perSecond: number;
  /** Of the answers that came when each connection had had its first one. Null if one had none in all that time. */
  p50Ms: number | null;
  p99Ms: number | null;
}

export type ToLoad = { ids: Ids } | { job: Job };

let ids: Ids | undefined;
/** Goes on from one stretch to the next, so that each has tickets that nobody has used for long. */
const sent = new Map<Operation, number>();

process.on('message', (message: ToLoad) => {
  if ('ids' in message) ids = message.ids;
  else if (ids !== undefined) run(message.job, ids).then((result) => process.send?.(result), fail);
});

async function run({ url, operation, connections, seconds }: Job, known: Ids): Promise<Result> {
  let n = operation === 'close' ? 0 : (sent.get(operation) ?? 0);
  const faults: string[] = [];
  // One entry that makes the next request each time it is sent; connections take turns at it.
  const next = () => {
    const { expect, ...request } = requestOf(operation, n, known);
    n += 1;
    return { request, expect };
  };
  let requests = 0;
  const times: number[] = [];
  const answered = new Set<unknown>();
  const options = {
    url,
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest: (base: object, context: { expect?: string }) => {
          const { request, expect } = next();
          context.expect = expect;
          return { ...base, ...request };
        },
        onResponse: (status: number, body: string, context: { expect?: string }) => {
          const right = status === 200 && body.startsWith('{"success":true') && body.includes(context.expect ?? '');
          if (!right && faults.length < 3) faults.push(`${status} ${body.slice(0, 300)}`);
        },
      },
    ],
  };
  const { duration, errors, timeouts } = await new Promise<autocannon.Result>((resolve, reject) => {
    const load = autocannon(options as unknown as autocannon.Options, (error, result) =>
      error ? reject(error) : resolve(result),
    );
    // Its own histogram counts whole milliseconds.
    load.on('response', (client, _status, _bytes, responseMs) => {
      requests += 1;
      // Before, a time says how hundreds of connections were opened at once, and not what a request takes.
      if (answered.size === connections) times.push(responseMs);
      else answered.add(client);
    });
  });
  sent.set(operation, n);
  if (faults.length > 0 || errors > 0 || timeouts > 0) {
    throw new Error(`${operation} on ${url}: ${errors} errors, ${timeouts} timeouts; ${faults.join('; ')}`);
  }
  times.sort((a, b) => a - b);
  return {
    requests,
    perSecond: requests / duration,
    p50Ms: quantile(times, 0.5) ?? null,
    p99Ms: quantile(times, 0.99) ?? null,
  };
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
}
