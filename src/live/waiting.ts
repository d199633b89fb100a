import type { FeedEvent, FeedPlace } from './feed-event.js';
import type { Follower } from './follower.js';

/** How many are told in one turn of the event loop. */
const AT_ONCE = 5;
/** For how long requests have it for themselves then. */
const PAUSE_MS = 1;

type Tell = (from: FeedPlace | undefined) => void;

/** Followers that have read all there is: told of what comes, those of a user only of what that user's tickets have. */
export class Waiting {
  readonly #ofAll = new Map<Follower, Tell>();
  readonly #ofUsers = new Map<string, Map<Follower, Tell>>();
  /** Those that are yet to be told. */
  #due: (() => void)[] = [];

  /** Resolves with the place before what has come; with undefined when the follower has ended. */
  wait(follower: Follower): Promise<FeedPlace | undefined> {
    return new Promise((resolve) => {
      const { userId } = follower;
      if (userId === undefined) {
        this.#ofAll.set(follower, resolve);
        return;
      }
      const others = this.#ofUsers.get(userId) ?? new Map<Follower, Tell>();
      this.#ofUsers.set(userId, others.set(follower, resolve));
    });
  }

  end(follower: Follower): void {
    const { userId } = follower;
    const group = userId === undefined ? this.#ofAll : this.#ofUsers.get(userId);
    group?.get(follower)?.(undefined);
    group?.delete(follower);
    if (userId !== undefined && group?.size === 0) this.#ofUsers.delete(userId);
  }

  /** `before`: the place after which these events come. */
  tell(events: readonly FeedEvent[], before: FeedPlace): void {
    this.#tellAll(this.#ofAll, before);
    for (const { userId } of events) {
      const group = this.#ofUsers.get(userId);
      if (group === undefined) continue;
      this.#ofUsers.delete(userId);
      this.#tellAll(group, before);
    }
  }

  #tellAll(group: Map<Follower, Tell>, before: FeedPlace): void {
    if (group.size === 0) return;
    if (this.#due.length === 0) setImmediate(this.#tellSome);
    for (const tell of group.values()) this.#due.push(() => tell(before));
    group.clear();
  }

  /** Each sends at once what it is told of: requests get on in between. Whoever is told late has more to send at once. */
  readonly #tellSome = () => {
    for (const tell of this.#due.splice(0, AT_ONCE)) tell();
    if (this.#due.length > 0) setTimeout(this.#tellSome, PAUSE_MS);
  };
}
