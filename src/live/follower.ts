import type { FeedEvent, FeedPlace } from './feed-event.js';

interface Source {
  pageAfter(
    place: FeedPlace,
    userId: string | undefined,
  ): Promise<{ events: readonly FeedEvent[]; next: FeedPlace } | undefined>;
  /** Resolves with the place before what has come; with undefined when the follower has ended. */
  change(follower: Follower): FeedPlace | Promise<FeedPlace | undefined>;
  leave(follower: Follower): void;
  /** Ends what it waits for. */
  wake(follower: Follower): void;
}

/** One reader of the live feed, at a place of its own. Close it. */
export class Follower {
  /** Whose tickets' events it has; undefined: all. */
  readonly userId: string | undefined;
  /** It goes on where it was asked to. */
  readonly resumed: boolean;
  readonly #source: Source;
  #place: FeedPlace;
  #isClosed = false;
  #isWoken = false;

  constructor(
    source: Source,
    { userId, place, resumed }: { userId: string | undefined; place: FeedPlace; resumed: boolean },
  ) {
    this.#source = source;
    this.userId = userId;
    this.resumed = resumed;
    this.#place = place;
  }

  /** Before what it gives next. */
  get place(): FeedPlace {
    return this.#place;
  }

  /**
   * What comes next, in order: some events at once, or when there are any; none when it was woken. undefined when it was closed, or
   * when a user's events are so many behind that they are not kept any more. One call at a time.
   */
  async next(): Promise<readonly FeedEvent[] | undefined> {
    while (!this.#isClosed) {
      const page = await this.#source.pageAfter(this.#place, this.userId);
      if (page === undefined || this.#isClosed) return undefined;
      this.#place = page.next;
      if (page.events.length > 0 || this.#isWoken) {
        this.#isWoken = false;
        return page.events;
      }
      const from = await this.#source.change(this);
      // Of all that came before it had read everything, also where it was told of nothing.
      if (from !== undefined && this.userId !== undefined) this.#place = from;
    }
    return undefined;
  }

  /** Makes next() give what there is, and be it nothing: whoever reads has something else to look at too. */
  wake(): void {
    this.#isWoken = true;
    this.#source.wake(this);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#source.leave(this);
  }
}
