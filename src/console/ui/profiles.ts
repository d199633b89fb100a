import { Store } from '../../browser/store.js';
import { session } from '../session/session.js';

/** Most that are asked for at once: as many as the server takes, if their ids were as long as they may be, would not fit into a URL. */
const MOST = 40;
/** Those that one screen shows are asked for together. */
const GATHER_MS = 20;
/** For so long nobody asks again, also for whom there is no name. */
const FRESH_MS = 300_000;

type Names = ReadonlyMap<string, string>;

/** What people are called, read as they come onto the screen. */
class Profiles {
  readonly names = new Store<Names>(new Map());
  readonly #askedAt = new Map<string, number>();
  readonly #wanted = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks for the name of somebody who is shown, unless it was asked for a short while ago. */
  want(userId: string): void {
    const now = Date.now();
    if (now - (this.#askedAt.get(userId) ?? Number.NEGATIVE_INFINITY) < FRESH_MS) return;
    this.#askedAt.set(userId, now);
    this.#wanted.add(userId);
    this.#timer ??= setTimeout(() => void this.#ask(), GATHER_MS);
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    const userIds = [...this.#wanted].slice(0, MOST);
    for (const userId of userIds) this.#wanted.delete(userId);
    if (this.#wanted.size > 0) this.#timer = setTimeout(() => void this.#ask(), GATHER_MS);
    try {
      const known = await session.client.desk.profiles.lookUp.query({ userIds });
      const names = new Map(this.names.value);
      for (const userId of userIds) names.delete(userId);
      for (const { userId, name } of known) names.set(userId, name);
      this.names.set(names);
    } catch {
      // They are shown by their ids, and asked for with the next ones that come onto the screen.
      for (const userId of userIds) this.#askedAt.delete(userId);
    }
  }
}

export const profiles = new Profiles();

export function nameOfPerson(names: Names, userId: string): string {
  // What is written into while a component renders is no state of React's: the answer comes later, by the store.
  profiles.want(userId);
  return names.get(userId) ?? userId;
}
