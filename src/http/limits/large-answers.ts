import type { ServerResponse } from 'node:http';
import { AppError } from '../../errors/app-error.js';
import type { OpenRequests } from '../lifecycle/open-requests.js';

/** Of a megabyte each, what one sender doesn't read takes 8 MiB. */
const PLACES = 8;

interface Taken {
  places: number;
  /** Those who wait for a place, in the order of asking. */
  readonly waiting: (() => void)[];
}

/**
 * How many answers that may be long one sender (a user, an address) has under way at once, until they have left: one that nobody
 * reads takes memory for as long, and one that is read takes the event loop at each piece. Who asks for more waits for their own.
 */
export class LargeAnswers {
  readonly #openRequests: OpenRequests;
  readonly #takenBy = new Map<string, Taken>();

  constructor(openRequests: OpenRequests) {
    this.#openRequests = openRequests;
  }

  /**
   * Waits for a place of a sender; it is left when the answer's request is no longer open.
   *
   * @throws AppError SERVICE_UNAVAILABLE if that is so by then.
   */
  async enter(sender: string, response: ServerResponse): Promise<void> {
    let taken = this.#takenBy.get(sender);
    if (taken === undefined) {
      taken = { places: 0, waiting: [] };
      this.#takenBy.set(sender, taken);
    }
    const { waiting } = taken;
    // Whoever leaves a place to the next one has taken it for them.
    if (taken.places < PLACES) taken.places += 1;
    else await new Promise<void>((start) => waiting.push(start));
    let isGone = false;
    this.#openRequests.onceGone(response, () => {
      isGone = true;
      this.#leave(sender, taken);
    });
    if (isGone) throw new AppError('SERVICE_UNAVAILABLE', { cause: new Error('The request has ended') });
  }

  #leave(sender: string, taken: Taken): void {
    const next = taken.waiting.shift();
    if (next !== undefined) {
      // Not yet: where many connections end together, the next one may be gone as well, and isn't known to be.
      setImmediate(next);
      return;
    }
    taken.places -= 1;
    if (taken.places === 0) this.#takenBy.delete(sender);
  }
}
