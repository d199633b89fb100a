import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Histogram, type HistogramOptions } from './histogram.js';

/** Bounds in seconds: those that OpenTelemetry's semantic conventions give for `http.server.request.duration`. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Waits are short when all is well. */
const WAIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Why a request was turned away before any work was done for it. */
export type Refusal =
  | 'rate-limit'
  | 'user-share'
  | 'body-bytes'
  | 'streams'
  | 'overload'
  | 'connections'
  | 'address-connections'
  | 'stopping'
  | 'too-large';

/** How an upload has ended: `refused` by a rule, `failed` on our side, `aborted` by its client. */
export type UploadOutcome = 'stored' | 'replayed' | 'refused' | 'infected' | 'failed' | 'aborted';

/** Where a call came in. */
export type Surface = 'rest' | 'trpc';

/** How many of something there are; `max`: at most. */
export interface Usage {
  readonly used: number;
  readonly waiting: number;
  readonly max: number;
}

/** What is read when somebody asks for the metrics, from whoever knows it. */
export interface Sources {
  /** Procedure calls that are being executed, requests that wait to be started. */
  calls?(): Usage;
  /** Connections of clients that are open, and those of them that wait to be read from. */
  clientConnections?(): Usage;
  /** Live streams that are open; none waits. */
  streams?(): Usage;
  /** Bytes of request bodies that are being received. */
  bodyBytes?(): number;
  /** Files that are being uploaded. */
  uploads?(): number;
  /** PostgreSQL's connections, or the one connection that writes to SQLite. */
  connections?(): Usage;
  /** The threads of SQLite's long reads. */
  readThreads?(): Usage | undefined;
  /** Whether Redis counts for the rate limits; undefined where none is configured. */
  sharedRateLimits?(): boolean | undefined;
  /** Tickets that are not resolved, those whose customer waits, and service levels that are missed. */
  tickets?(): Promise<{ open: number; waiting: number; breached: number }>;
  /** How webhooks do: endpoints by state, and how old the oldest event is that one has not got. */
  webhooks?(): Promise<{ states: Readonly<Record<string, number>>; oldestPendingSeconds: number }>;
  /** Age of the oldest event that readers of the feed can't see yet, in seconds; 0 where they see all. */
  feedLag?(): Promise<number>;
}

type UsageSource = 'calls' | 'clientConnections' | 'streams' | 'connections' | 'readThreads';
type NumberSource = Exclude<keyof Sources, UsageSource | 'tickets' | 'webhooks'>;

/**
 * What an operator watches, in Prometheus' text format. Labels are routes, procedures, codes and names of ours: nothing that
 * a caller chooses, so their number is bounded. docs/operate.md has a table of all, which a test holds against this file.
 *
 * Names and bounds of requests follow OpenTelemetry's semantic conventions for HTTP servers and database clients.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #sources: Sources = {};
  readonly #requests = this.#histogram({
    name: 'http_server_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: DURATION_BUCKETS,
  });
  readonly #calls = this.#histogram({
    name: 'support_procedure_duration_seconds',
    help: 'One procedure call: checks of its input and output, and its work',
    labelNames: ['procedure', 'surface', 'code'],
    buckets: DURATION_BUCKETS,
  });
  readonly #refused = this.#counter({
    name: 'support_requests_refused_total',
    help: 'Requests and connections that were turned away before any work was done for them',
    labelNames: ['reason'],
  });
  readonly #deliveryLag = this.#histogram({
    name: 'support_live_delivery_lag_seconds',
    help: 'From the time of an event to when this instance gives it to those who watch',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  });
  readonly #streamsEnded = this.#counter({
    name: 'support_streams_ended_total',
    help: 'Live streams that have ended, by why',
    labelNames: ['reason'],
  });
  readonly #webhookAttempts = this.#histogram({
    name: 'support_webhook_attempt_duration_seconds',
    help: 'One attempt to deliver to a webhook, by what came of it',
    labelNames: ['outcome'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  });
  readonly #uploads = this.#histogram({
    name: 'support_upload_duration_seconds',
    help: 'An upload of a file, from its headers to what became of it',
    labelNames: ['outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600],
  });
  readonly #uploadedBytes = this.#counter({
    name: 'support_uploaded_bytes_total',
    help: 'Bytes of files that were stored',
  });
  readonly #storeErrors = this.#counter({
    name: 'support_file_store_errors_total',
    help: 'What the store of files could not do',
    labelNames: ['operation'],
  });
  readonly #leftovers = this.#counter({
    name: 'support_file_leftovers_total',
    help: 'What crashes had left of files, and was removed',
  });
  readonly #missing = this.#gauge({
    name: 'support_files_missing',
    help: 'Files whose bytes are not in the store, when that was last looked at',
  });
  readonly #waits = this.#histogram({
    name: 'db_client_connection_wait_time_seconds',
    help: 'How long work waited for a connection, or for the one that writes to SQLite',
    buckets: WAIT_BUCKETS,
  });
  readonly #retries = this.#counter({
    name: 'support_database_retries_total',
    help: 'Transactions that were run again, as they had lost to another one',
  });
  readonly #rollbacks = this.#counter({
    name: 'support_database_rollbacks_total',
    help: 'Transactions of which nothing was stored, whatever the reason',
  });
  readonly #jobs = this.#histogram({
    name: 'support_job_duration_seconds',
    help: 'One run of a background job',
    labelNames: ['job', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300],
  });
  readonly #jobSuccess = this.#gauge({
    name: 'support_job_last_success_timestamp_seconds',
    help: 'When a background job ended without a failure, in seconds since 1970',
    labelNames: ['job'],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    this.#usage('calls', 'support_calls', 'Procedure calls');
    this.#usage('clientConnections', 'support_connections', 'Connections of clients');
    this.#usage('streams', 'support_streams', 'Live streams');
    this.#read('bodyBytes', 'support_body_bytes_in_flight', 'Bytes of request bodies that are being received');
    this.#read('uploads', 'support_uploads', 'Files that are being uploaded');
    this.#usage('connections', 'db_client_connections', 'Database connections (SQLite: the one that writes)');
    this.#usage('readThreads', 'support_read_threads', "Threads of SQLite's long reads");
    this.#read('sharedRateLimits', 'support_rate_limit_store_up', '1: Redis counts for the rate limits; 0: it is away');
    this.#tickets();
    this.#webhooks();
    this.#read('feedLag', 'support_event_feed_lag_seconds', "Age of the oldest event that the feed can't show yet");
  }

  /** Says where values are to be read from. */
  watch(sources: Sources): void {
    Object.assign(this.#sources, sources);
  }

  /** An answer has ended. `route`: its pattern, never the path that was asked for. */
  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe(seconds, method, route, String(status));
  }

  /** A procedure call has ended. `code`: OK, or that of its failure. */
  call(procedure: string, surface: Surface, code: string, seconds: number): void {
    this.#calls.observe(seconds, procedure, surface, code);
  }

  refused(reason: Refusal, count = 1): void {
    this.#refused.labels(reason).inc(count);
  }

  /** An event was given to those who watch, so long after its time. */
  delivered(lagSeconds: number): void {
    this.#deliveryLag.observe(Math.max(0, lagSeconds));
  }

  streamEnded(reason: string): void {
    this.#streamsEnded.labels(reason).inc();
  }

  /** An attempt to deliver to a webhook has ended. */
  webhookAttempt(outcome: string, seconds: number): void {
    this.#webhookAttempts.observe(seconds, outcome);
  }

  /** An upload has ended; `bytes`: that are stored of it. */
  uploaded(outcome: UploadOutcome, seconds: number, bytes = 0): void {
    this.#uploads.observe(seconds, outcome);
    this.#uploadedBytes.inc(bytes);
  }

  storeFailed(operation: 'put' | 'read' | 'remove' | 'list'): void {
    this.#storeErrors.labels(operation).inc();
  }

  /** The store was compared with what is known of files. */
  filesCompared({ removed, missing }: { removed: number; missing: number }): void {
    this.#leftovers.inc(removed);
    this.#missing.set(missing);
  }

  /** Work has waited so long for a database connection. */
  waited(seconds: number): void {
    this.#waits.observe(seconds);
  }

  retried(): void {
    this.#retries.inc();
  }

  rolledBack(): void {
    this.#rollbacks.inc();
  }

  job(name: string, outcome: 'done' | 'failed', seconds: number): void {
    this.#jobs.observe(seconds, name, outcome);
    if (outcome === 'done') this.#jobSuccess.labels(name).setToCurrentTime();
  }

  /** The type of each metric by its name. */
  types(): Map<string, string> {
    return new Map(this.#registry.getMetricsAsArray().map(({ name, type }) => [name, String(type)]));
  }

  /** All of them as text; its media type is `contentType`. Never rejects: what can't be read is left out. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #usage(source: UsageSource, name: string, what: string): void {
    const gauge: Gauge = this.#gauge({
      name,
      help: `${what} by state: used, waiting for one, and the most there can be`,
      labelNames: ['state'],
      collect: () => {
        const usage = this.#sources[source]?.();
        for (const [state, count] of Object.entries(usage ?? {})) gauge.labels(state).set(count);
      },
    });
  }

  #read(source: NumberSource, name: string, help: string): void {
    const gauge: Gauge = this.#gauge({
      name,
      help,
      collect: async () => {
        const value = await ignoringFailure(async () => this.#sources[source]?.());
        gauge.reset();
        if (value === undefined) gauge.remove();
        else gauge.set(Number(value));
      },
    });
  }

  #tickets(): void {
    const gauge: Gauge = this.#gauge({
      name: 'support_tickets',
      help: 'Tickets that are open, whose customer waits, and service levels that are missed',
      labelNames: ['state'],
      collect: async () => {
        const tickets = await ignoringFailure(async () => this.#sources.tickets?.());
        gauge.reset();
        for (const [state, count] of Object.entries(tickets ?? {})) gauge.labels(state).set(count);
      },
    });
  }

  #webhooks(): void {
    const read = () => ignoringFailure(async () => this.#sources.webhooks?.());
    const endpoints: Gauge = this.#gauge({
      name: 'support_webhooks',
      help: 'Webhooks by state',
      labelNames: ['state'],
      collect: async () => {
        const webhooks = await read();
        endpoints.reset();
        for (const [state, count] of Object.entries(webhooks?.states ?? {})) endpoints.labels(state).set(count);
      },
    });
    const oldest: Gauge = this.#gauge({
      name: 'support_webhook_oldest_pending_seconds',
      help: 'Age of the oldest event that an active webhook has not got yet',
      collect: async () => {
        const webhooks = await read();
        oldest.reset();
        if (webhooks === undefined) oldest.remove();
        else oldest.set(webhooks.oldestPendingSeconds);
      },
    });
  }

  #histogram(options: HistogramOptions) {
    return new Histogram(this.#registry, options);
  }

  #counter(configuration: ConstructorParameters<typeof Counter<string>>[0]) {
    return new Counter<string>({ ...configuration, registers: [this.#registry] });
  }

  #gauge(configuration: ConstructorParameters<typeof Gauge<string>>[0]) {
    return new Gauge<string>({ ...configuration, registers: [this.#registry] });
  }
}

/** A database that is away must not keep an operator from the metrics that say so. */
async function ignoringFailure<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
