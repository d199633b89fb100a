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

interface Times {
  /** Without a byte. */
  idleMs: number;
  /** For all of it. */
  wholeMs: number;
  /** For the answer, once all of it has come. */
  answerMs: number;
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
  #isOver = false;
  #onOver: (error: AppError) => void = () => {};

  constructor(reply: FastifyReply, times: Times) {
    this.#reply = reply;
    this.#times = times;
    this.#whole = setTimeout(() => this.#end(), times.wholeMs);
    // The connection's own limit would end it without an answer. Node sets it anew for the next request.
    reply.request.raw.socket.setTimeout(0);
  }

  /** Somebody waits for the client: calls `onOver` when that takes too long. */
  waiting(onOver: (error: AppError) => void): void {
    this.#onOver = onOver;
    this.#timer = setTimeout(() => this.#end(), this.#times.idleMs);
    if (this.#isOver) this.#end();
  }

  /** Something has come. */
  waited(): void {
    this.#onOver = () => {};
    clearTimeout(this.#timer);
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
    this.waited();
    clearTimeout(this.#whole);
  }

  #end(): void {
    this.#isOver = true;
    this.#onOver(new AppError('REQUEST_TIMEOUT'));
  }
}
