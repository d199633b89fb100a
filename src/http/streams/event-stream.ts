import type { ServerResponse } from 'node:http';
import type { AppError } from '../../errors/app-error.js';
import type { StreamValue } from '../../procedure/stream-output.js';
import type { Clock } from '../../schema/clock.js';
import type { StreamEncoding } from './encodings.js';

/** A sign of life after so long without an event: proxies and clients take silence for a broken connection. */
const HEARTBEAT_MS = 10_000;
/** Who has taken nothing for so long is cut off. */
const SLOW_MS = 30_000;
/** Keys, roles and limits are looked at anew when it is opened again. */
const MAX_MS = 30 * 60_000;
/** When to come back, in milliseconds: not all at once. */
const RETRY_MS = { least: 1_000, spread: 2_000 };

/** Why a stream has ended; `client`: its client has left. Names of the metrics', and but for the last three the client is told. */
export type StreamEnd = 'token' | 'duration' | 'stopping' | 'behind' | 'failure' | 'slow' | 'client';

interface StreamParts {
  response: ServerResponse;
  encoding: StreamEncoding;
  clock: Clock;
  /** Whether whoever watches may still do so. */
  mayGoOn(): boolean | Promise<boolean>;
  /** Called once. */
  onEnd(reason: StreamEnd): void;
}

/** One answer that is a stream of server-sent events. Pulls what it sends when it is taken, and keeps nothing. */
export class EventStream {
  readonly #parts: StreamParts;
  readonly #startedAt: number;
  #writtenAt: number;
  /** Since when the client has taken nothing. */
  #blockedSince: number | undefined;
  #resume: () => void = () => {};
  #hasEnded = false;

  /** The head of the answer has been written. */
  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.now().getTime();
    this.#writtenAt = this.#startedAt;
    const { response } = parts;
    response.on('drain', () => this.#resume());
    response.once('close', () => {
      this.#ended('client');
      this.#resume();
    });
  }

  /** Sends values until there are no more. Never rejects. */
  async send(
    first: IteratorResult<StreamValue>,
    values: AsyncIterator<StreamValue>,
    toFailure: (error: unknown) => AppError,
  ): Promise<void> {
    const { encoding } = this.#parts;
    try {
      this.#write(`retry: ${retryMs()}\n${encoding.beginning || '\n'}`);
      for (let step = first; !step.done && !this.#hasEnded; step = await values.next()) {
        this.#write(encoding.item(step.value));
        if (this.#blockedSince !== undefined) await this.#taken();
      }
      this.end('behind');
    } catch (error) {
      if (this.#hasEnded) return;
      this.#write(encoding.failure(toFailure(error)));
      this.end('failure');
    }
  }

  /** To be called once a second at least. */
  async tick(now: number): Promise<void> {
    if (this.#hasEnded) return;
    if (this.#blockedSince !== undefined) {
      if (now - this.#blockedSince >= SLOW_MS) this.#cut('slow');
      return;
    }
    const mayGoOn = this.#parts.mayGoOn();
    if (!(typeof mayGoOn === 'boolean' ? mayGoOn : await mayGoOn)) this.end('token');
    else if (now - this.#startedAt >= MAX_MS) this.end('duration');
    else if (now - this.#writtenAt >= HEARTBEAT_MS) this.#write(this.#parts.encoding.heartbeat);
  }

  /** Tells the client that it ends, and when to come back. */
  end(reason: StreamEnd): void {
    if (this.#hasEnded) return;
    if (this.#blockedSince !== undefined) {
      this.#cut(reason);
      return;
    }
    const { response } = this.#parts;
    response.end(`retry: ${retryMs()}\nevent: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.#ended(reason);
  }

  #cut(reason: StreamEnd): void {
    this.#ended(reason);
    this.#parts.response.destroy();
  }

  #ended(reason: StreamEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#parts.onEnd(reason);
  }

  #write(text: string): void {
    if (this.#hasEnded) return;
    const { response, clock } = this.#parts;
    this.#writtenAt = clock.now().getTime();
    // What is written in one turn goes out together.
    if (response.writableCorked === 0) {
      response.cork();
      process.nextTick(() => response.uncork());
    }
    if (!response.write(text)) this.#blockedSince ??= this.#writtenAt;
  }

  #taken(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = () => {
        this.#blockedSince = undefined;
        this.#resume = () => {};
        resolve();
      };
    });
  }
}

function retryMs(): number {
  return RETRY_MS.least + Math.floor(Math.random() * RETRY_MS.spread);
}
