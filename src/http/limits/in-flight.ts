import { AppError } from '../../errors/app-error.js';
import type { Usage } from '../../telemetry/metrics.js';
import { FairScheduler } from './fair-scheduling.js';

/**
 * A bound on what has been begun and not ended. It waits for us or for the database, in a queue that is no use to anybody
 * once it is longer than what can be done within the time limit: what comes beyond the bound is refused at once.
 */
export class InFlight {
  readonly #scheduler = new FairScheduler();
  readonly #max: number;
  readonly #onRefusal: () => void;
  #calls = 0;

  constructor(max: number, onRefusal: () => void) {
    this.#max = max;
    this.#onRefusal = onRefusal;
  }

  /** Places that are taken; requests that wait to be started have none yet. */
  get usage(): Usage {
    return { used: this.#calls, waiting: this.#scheduler.waiting, max: this.#max };
  }

  /**
   * Calls `begin` when a request may begin.
   *
   * @throws AppError SERVICE_UNAVAILABLE while too many wait already, or are under way.
   */
  whenItMay(begin: () => void): void {
    this.#refuseFrom(this.#calls + this.#scheduler.waiting);
    this.#scheduler.schedule(begin);
  }

  /**
   * Takes a place for one call, and gives the function that leaves it, to be called once.
   *
   * @throws AppError SERVICE_UNAVAILABLE while all places are taken.
   */
  enter(): () => void {
    this.#refuseFrom(this.#calls);
    this.#calls += 1;
    return () => {
      this.#calls -= 1;
    };
  }

  #refuseFrom(count: number): void {
    if (count < this.#max) return;
    this.#onRefusal();
    throw new AppError('SERVICE_UNAVAILABLE');
  }
}
