import { AppError } from '../../errors/app-error.js';

/** What part of all may be one user's. */
const USER_SHARE = 1 / 8;

const TOO_MANY_BYTES = 'Too many bytes of yours are on their way: wait for some requests to end';

/** What a body has taken of a budget. */
export interface Reservation {
  /**
   * Takes so many bytes more.
   *
   * @throws AppError TOO_MANY_REQUESTS beyond the user's share, SERVICE_UNAVAILABLE beyond what there is for all.
   */
  add(bytes: number): void;
  /** Gives everything back. What is added afterwards is not taken: nobody would give that back. */
  release(): void;
}

/**
 * A budget of bytes for the bodies of requests that are not answered yet, for all and for each user: those that are still
 * on their way hold memory too, before anything counts as a call under way. A user has an eighth of it, and room for one
 * body of the largest size at least.
 */
export class BodyBudget {
  readonly #total: number;
  readonly #share: number;
  #used = 0;
  readonly #users = new Map<string, number>();

  readonly #onRefusal: () => void;

  constructor(total: number, largestBody: number, onRefusal: () => void) {
    this.#total = Math.max(total, largestBody);
    this.#share = Math.max(total * USER_SHARE, largestBody);
    this.#onRefusal = onRefusal;
  }

  /** Bytes that are taken. */
  get used(): number {
    return this.#used;
  }

  reserve(userId: string): Reservation {
    let taken = 0;
    let released = false;
    return {
      add: (bytes) => {
        if (released) return;
        this.#take(userId, bytes);
        taken += bytes;
      },
      release: () => {
        if (!released) this.#give(userId, taken);
        released = true;
      },
    };
  }

  #take(userId: string, bytes: number): void {
    const ofUser = (this.#users.get(userId) ?? 0) + bytes;
    if (ofUser > this.#share) {
      this.#onRefusal();
      throw new AppError('TOO_MANY_REQUESTS', { message: TOO_MANY_BYTES, retryAfterSeconds: 1 });
    }
    if (this.#used + bytes > this.#total) {
      this.#onRefusal();
      throw new AppError('SERVICE_UNAVAILABLE');
    }
    this.#used += bytes;
    this.#users.set(userId, ofUser);
  }

  #give(userId: string, bytes: number): void {
    const left = (this.#users.get(userId) ?? 0) - bytes;
    this.#used -= bytes;
    if (left > 0) this.#users.set(userId, left);
    else this.#users.delete(userId);
  }
}
