import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import type { UploadTime } from './upload-time.js';

/** Most uploads at once, of all users and of one: each takes some 100 kB of memory, a file of the disk, and a connection. */
const MAX_UPLOADS = 1000;
const MAX_OF_USER = 10;

/** The uploads that are under way. They take no places among the calls in flight: a slow one keeps nobody else waiting. */
export class Uploads {
  readonly #onRefusal: (reason: 'user-share' | 'overload') => void;
  readonly #ofUsers = new Map<string, number>();
  /** Those of which something is still to come. */
  readonly #receiving = new Set<UploadTime>();
  #count = 0;
  #graceMs: number | undefined;

  constructor(onRefusal: (reason: 'user-share' | 'overload') => void) {
    this.#onRefusal = onRefusal;
  }

  get count(): number {
    return this.#count;
  }

  /** From its stop on, the app waits for no upload that has long to go: see UploadTime. */
  endWith(app: FastifyInstance, graceMs: number): void {
    app.addHook('preClose', async () => {
      this.#graceMs = graceMs;
      for (const time of this.#receiving) time.stopWithin(graceMs);
    });
  }

  /** Bytes are going to be read. Gives the function to be called when all have been, or none will be any more. */
  receive(time: UploadTime): () => void {
    this.#receiving.add(time);
    // It came just before the stop, and its user's quota was looked at meanwhile.
    if (this.#graceMs !== undefined) time.stopWithin(this.#graceMs);
    return () => void this.#receiving.delete(time);
  }

  /**
   * Takes a place, and gives the function that leaves it, to be called once.
   *
   * @throws AppError TOO_MANY_REQUESTS while the user has as many as they may, SERVICE_UNAVAILABLE while all together have.
   */
  begin(userId: string): () => void {
    const own = this.#ofUsers.get(userId) ?? 0;
    if (own >= MAX_OF_USER) {
      this.#onRefusal('user-share');
      const message = `${MAX_OF_USER} uploads of yours are under way: wait for some of them to end`;
      throw new AppError('TOO_MANY_REQUESTS', { message, retryAfterSeconds: 1 });
    }
    if (this.#count >= MAX_UPLOADS) {
      this.#onRefusal('overload');
      throw new AppError('SERVICE_UNAVAILABLE');
    }
    this.#count += 1;
    this.#ofUsers.set(userId, own + 1);
    return () => this.#end(userId);
  }

  #end(userId: string): void {
    this.#count -= 1;
    const left = (this.#ofUsers.get(userId) ?? 0) - 1;
    if (left > 0) this.#ofUsers.set(userId, left);
    else this.#ofUsers.delete(userId);
  }
}
