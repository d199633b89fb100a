import type { FastifyReply } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { answerLate, RequestDeadline } from '../limits/time-limit.js';

/** Slower than this on the whole is too slow, once the first minute is over. */
const LEAST_BYTES_PER_SECOND = 20_000;
const FIRST_MS = 60_000;

/** For how long a file of the largest size may be on its way. */
export function longestUploadMs(maxBytes: number): number {
  return FIRST_MS + Math.ceil(maxBytes / LEAST_BYTES_PER_SECOND) * 1000;
}

/** Of the grace time of a stop, what an upload may take that is likely to be done by then. */
const SHARE_OF_GRACE = 4;

interface Times {
  /** Without a byte. */
  idleMs: number;
  /** For all of it. */
  wholeMs: number;
  /** For the answer, once all of it has come. */
  answerMs: number;
  /** Its length, where it was announced. */
  announced: number | undefined;
}

/**
 * The time that an upload has: it ends when nothing comes for a while, or when all of it together takes too long; and then
 * with the time limit of any request for the answer.
 */
export class UploadTime {
  readonly #reply: FastifyReply;
  readonly #times: Times;
  readonly #whole: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #stopping: NodeJS.Timeout | undefined;
  readonly #startedAt = performance.now();
  #bytes = 0;
  #failure: AppError | undefined;
  #onOver: (error: AppError) => void = () => {};

  constructor(reply: FastifyReply, times: Times) {
    this.#reply = reply;
    this.#times = times;
    this.#whole = setTimeout(() => this.#end(new AppError('REQUEST_TIMEOUT')), times.wholeMs);
    // The connection's own limit would end it without an answer. Node sets it anew for the next request.
    reply.request.raw.socket.setTimeout(0);
  }

  /** Somebody waits for the client: calls `onOver` when that takes too long. */
  waiting(onOver: (error: AppError) => void): void {
    this.#onOver = onOver;
    this.#timer = setTimeout(() => this.#end(new AppError('REQUEST_TIMEOUT')), this.#times.idleMs);
    if (this.#failure !== undefined) onOver(this.#failure);
  }

  /** Something has come. */
  waited(bytes: number): void {
    this.#bytes += bytes;
    this.#pause();
  }

  /**
   * The service stops: an upload that is likely to be whole within a quarter of the grace time, going on as it did, has that
   * quarter. Any other ends at once: it would only hold up the stop.
   */
  stopWithin(graceMs: number): void {
    const { announced = Number.POSITIVE_INFINITY } = this.#times;
    const mayTakeMs = graceMs / SHARE_OF_GRACE;
    const bytesPerMs = this.#bytes / (performance.now() - this.#startedAt);
    const end = () =>
      this.#end(new AppError('SERVICE_UNAVAILABLE', { message: 'The service stops: send the file again' }));
    if (this.#bytes > 0 && (announced - this.#bytes) / bytesPerMs <= mayTakeMs)
      this.#stopping = setTimeout(end, mayTakeMs);
    else end();
  }

  /** All of it has come: from now on it is a request as any other. */
  received(): void {
    const { answerMs } = this.#times;
    const deadline = new RequestDeadline(answerMs);
    this.stop();
    this.#reply.request.deadline = deadline;
    this.#timer = setTimeout(() => answerLate(this.#reply, deadline, answerMs), answerMs);
  }

  /** To be called at the end, whatever it is. */
  stop(): void {
    this.#pause();
    clearTimeout(this.#whole);
    clearTimeout(this.#stopping);
  }

  #pause(): void {
    this.#onOver = () => {};
    clearTimeout(this.#timer);
  }

  #end(failure: AppError): void {
    this.#failure ??= failure;
    this.#onOver(this.#failure);
  }
}
