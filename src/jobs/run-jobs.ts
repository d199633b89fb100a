import type { Log } from '../procedure/context.js';
import type { Metrics } from '../telemetry/metrics.js';

/** Work that comes again and again, with its state in the tables: it goes on where it was after any end. */
export interface Job {
  /** As the logs have it. */
  readonly name: string;
  /** From the end of one run to the next. */
  readonly everyMs: number;
  /** Does what is due, and gives how much that was. Ends early, between two pieces of work, when the signal says so. */
  run(signal: AbortSignal): Promise<number>;
}

interface Observers {
  log: Log;
  metrics: Pick<Metrics, 'job'>;
}

export interface RunningJobs {
  /** No run begins any more; resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** Soonest and longest after a failure; doubles in between. */
const RETRY_MS = { first: 5_000, most: 300_000 };

/** Runs each job at once and then again and again, one run of it at a time. A failure is logged, and tried again. */
export function runJobs(jobs: readonly Job[], observers: Observers): RunningJobs {
  const stopping = new AbortController();
  const stops = jobs.map((job) => repeat(job, observers, stopping.signal));
  return {
    async stop() {
      stopping.abort();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function repeat(job: Job, { log, metrics }: Observers, stopping: AbortSignal): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let underWay = run();

  async function run(): Promise<void> {
    const started = performance.now();
    const ms = () => Math.round(performance.now() - started);
    let nextMs = job.everyMs;
    try {
      const count = await job.run(stopping);
      failures = 0;
      metrics.job(job.name, 'done', ms() / 1000);
      if (count > 0) log.info({ job: job.name, count, ms: ms() }, 'job done');
    } catch (err) {
      nextMs = Math.min(RETRY_MS.first * 2 ** failures, RETRY_MS.most, job.everyMs);
      failures += 1;
      metrics.job(job.name, 'failed', ms() / 1000);
      log.error({ job: job.name, err, ms: ms(), failures, retryInMs: nextMs }, 'job failed');
    }
    if (stopping.aborted) return;
    timer = setTimeout(() => {
      underWay = run();
    }, nextMs);
    // The server is what keeps the process alive.
    timer.unref();
  }

  return () => {
    clearTimeout(timer);
    return underWay;
  };
}
