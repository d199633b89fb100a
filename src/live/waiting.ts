import type { FeedEvent, FeedPlace } from './feed-event.js';
import type { Follower } from './follower.js';

/** How many are told in one turn of the event loop. */
const AT_ONCE = 5;

type Tell = (from: FeedPlace | undefined) => void;

/** Followers that have read all there is: told of what comes, those of a user only of what that user's tickets have. */
export class Waiting {
  readonly #ofAll = new Map<Follower, Tell>();
  readonly #ofUsers = new Map<string, Map<Follower, Tell>>();

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
    tellAll(this.#ofAll, before);
    for (const { userId } of events) {
      const group = this.#ofUsers.get(userId);
      if (group === undefined) continue;
      this.#ofUsers.delete(userId);
      tellAll(group, before);
    }
  }
}

function tellAll(group: Map<Follower, Tell>, before: FeedPlace): void {
  const told = [...group.values()];
  group.clear();
  tellSome(told, 0, before);
}

/** Each sends at once what it is told of: requests get on in between. */
function tellSome(told: readonly Tell[], from: number, before: FeedPlace): void {
  for (const tell of told.slice(from, from + AT_ONCE)) tell(before);
  if (from + AT_ONCE < told.length) setImmediate(tellSome, told, from + AT_ONCE, before);
}
