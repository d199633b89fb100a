import { AppError } from '../../errors/app-error.js';
import { FewPerIteration } from '../../event-loop/few-per-iteration.js';
import type { Usage } from '../../telemetry/metrics.js';
import { FairScheduler } from './fair-scheduling.js';
import { shareOf } from './share.js';

/** Refusals in each iteration of the event loop, some 1 ms: who is refused can wait, and whoever isn't needs several iterations. */
const REFUSALS = 5;

/**
 * A bound on what has been begun and not ended. It waits for us or for the database, in a queue that is no use to anybody
 * once it is longer than what can be done within the time limit: what comes beyond the bound is refused at once. One user has
 * a quarter of the places at most: whoever sends more than is done for them is refused, and others are not.
 */
export class InFlight {
  readonly #scheduler = new FairScheduler();
  readonly #max: number;
  readonly #onRefusal: (reason: 'overload' | 'user-share') => void;
  readonly #share: number;
  /** Hundreds that come together were answered in one iteration of the event loop, 90 ms in which all others waited. */
  readonly #refusals = new FewPerIteration(REFUSALS);
  #calls = 0;
  /** Of those who have calls in flight. */
  readonly #callsOf = new Map<string, number>();

  constructor(max: number, onRefusal: (reason: 'overload' | 'user-share') => void) {
    this.#max = max;
    this.#share = shareOf(max);
    this.#onRefusal = onRefusal;
  }

  /** Places that are taken; requests that wait to be started have none yet. */
  get usage(): Usage {
    return { used: this.#calls, waiting: this.#scheduler.waiting, max: this.#max };
  }

  /** To be told of each connection that is accepted. */
  accepted(): void {
    this.#scheduler.accepted();
  }

  /**
   * Has a request started when it may. Where too many wait already, or are under way, one of those who have sent the most is
   * refused for it, if that is somebody else; otherwise the request itself is, with SERVICE_UNAVAILABLE.
   */
  whenItMay(sender: string, start: () => void, refuse: (error: AppError) => void): void {
    if (this.#calls + this.#scheduler.waiting >= this.#max && !this.#scheduler.makeRoomFor(sender)) {
      this.#refuse(refuse);
      return;
    }
    this.#scheduler.schedule(sender, { start, refuse: () => this.#refuse(refuse) });
  }

  /**
   * Takes a place for one call of a user, and gives the function that leaves it, to be called once.
   *
   * @throws AppError SERVICE_UNAVAILABLE while all places are taken; TOO_MANY_REQUESTS while the user has their share.
   */
  enter(userId: string): () => void {
    if (this.#calls >= this.#max) throw this.#refusal();
    const own = this.#callsOf.get(userId) ?? 0;
    if (own >= this.#share) {
      this.#onRefusal('user-share');
      throw new AppError('TOO_MANY_REQUESTS', {
        message: 'Too many calls of yours are under way: wait for some of them to end',
        retryAfterSeconds: 1,
      });
    }
    this.#calls += 1;
    this.#callsOf.set(userId, own + 1);
    return () => this.#leave(userId);
  }

  #refuse(refuse: (error: AppError) => void): void {
    this.#refusals.run(() => refuse(this.#refusal()));
  }

  #leave(userId: string): void {
    this.#calls -= 1;
    const left = (this.#callsOf.get(userId) ?? 0) - 1;
    if (left > 0) this.#callsOf.set(userId, left);
    else this.#callsOf.delete(userId);
  }

  #refusal(): AppError {
    this.#onRefusal('overload');
    return new AppError('SERVICE_UNAVAILABLE');
  }
}
