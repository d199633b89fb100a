import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import { AppError } from '../../errors/app-error.js';
import type { Clock } from '../../schema/clock.js';
import type { Metrics, Usage } from '../../telemetry/metrics.js';
import type { EventStream } from './event-stream.js';

/** How often what is due is done for each stream. */
const ROUND_MS = 1_000;
/** In so many parts: all of 2,000 at once would hold up every request that comes just then. */
const PARTS = 20;
/** Streams last for minutes: whoever is refused one need not ask again at once. */
const RETRY_AFTER_SECONDS = 10;

/**
 * The streams that are open: how many there may be, and what is due for each as time passes. They stand apart from the calls
 * in flight, as a stream that waits costs next to nothing, and none ends soon.
 */
export class OpenStreams {
  readonly #max: number;
  readonly #maxPerUser: number;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #streams = new Set<EventStream>();
  readonly #placesOf = new Map<string, number>();
  #places = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Those that are still to come in this round. */
  #round: Iterator<EventStream> = [].values();
  #isStopping = false;

  constructor(
    { MAX_STREAMS, MAX_STREAMS_PER_USER }: Pick<Config, 'MAX_STREAMS' | 'MAX_STREAMS_PER_USER'>,
    metrics: Metrics,
    clock: Clock,
  ) {
    this.#max = MAX_STREAMS;
    this.#maxPerUser = MAX_STREAMS_PER_USER;
    this.#metrics = metrics;
    this.#clock = clock;
  }

  get usage(): Usage {
    return { used: this.#places, waiting: 0, max: this.#max };
  }

  /** Ends all streams as soon as the app begins to close. */
  endWith(app: FastifyInstance): void {
    app.addHook('preClose', async () => {
      this.#isStopping = true;
      for (const stream of this.#streams) stream.end('stopping');
    });
  }

  /**
   * Takes a place for a stream of a user, and gives the function that leaves it, to be called once.
   *
   * @throws AppError TOO_MANY_REQUESTS while all are taken, or the user has as many as one may have.
   */
  enter(userId: string): () => void {
    const own = this.#placesOf.get(userId) ?? 0;
    if (own >= this.#maxPerUser) {
      throw this.#refusal(`You have ${own} streams open, as many as one user may have: close one of them`);
    }
    if (this.#places >= this.#max)
      throw this.#refusal('As many streams are open here as there may be: try again later');
    this.#places += 1;
    this.#placesOf.set(userId, own + 1);
    return () => {
      this.#places -= 1;
      const left = (this.#placesOf.get(userId) ?? 0) - 1;
      if (left > 0) this.#placesOf.set(userId, left);
      else this.#placesOf.delete(userId);
    };
  }

  add(stream: EventStream): void {
    if (this.#isStopping) {
      stream.end('stopping');
      return;
    }
    this.#streams.add(stream);
    this.#timer ??= setInterval(() => this.#tick(), ROUND_MS / PARTS);
  }

  remove(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = this.#clock.now().getTime();
    for (let left = Math.ceil(this.#streams.size / PARTS); left > 0; left -= 1) {
      const { value: stream, done } = this.#round.next();
      if (done) {
        this.#round = this.#streams.values();
        return;
      }
      void stream.tick(now);
    }
  }

  #refusal(message: string): AppError {
    this.#metrics.refused('streams');
    return new AppError('TOO_MANY_REQUESTS', { message, retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}
