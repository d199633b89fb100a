import type { Sql } from '../db/sql/sql.js';
import { BEGINNING, comparePlaces, type FeedEvent, type FeedPlace, placeOf } from './feed-event.js';
import { Follower } from './follower.js';
import { Pacer, type PacerOptions } from './pacer.js';
import { PAGE, readAfter, readNewest } from './read-feed.js';
import { Waiting } from './waiting.js';

/** How many events are kept in memory at least, once so many have come. */
const KEPT = 4_096;
/** Of them so many are read when the feed is first followed. */
const READ_AT_START = 1_000;
/** SQLite: commits that come within this time are read together. */
const TOGETHER_MS = 10;

export interface LiveFeedOptions extends Pick<PacerOptions, 'engine' | 'onCommit' | 'pollMs'> {
  sql: Sql;
  /** Told of each event when it is read. */
  onEvent(event: FeedEvent): void;
  /** Told why it could not be read. It is tried again. */
  onError(error: unknown): void;
}

/** What the rest of the service may know of it. */
export interface FeedHandle {
  /** Follows all that is written from a place on; without one from now on. */
  followAll(after?: FeedPlace): Promise<Follower>;
  /**
   * Follows what is written to a user's own tickets, from the event on that `isLast` knows, if that is recent; otherwise from
   * now on, and the follower says so.
   */
  followUser(userId: string, isLast?: (event: FeedEvent) => boolean): Promise<Follower>;
}

/**
 * The feed of events, read once for all who follow it in this process, and not at all while nobody does. Recent events are
 * kept in memory; each follower has a place of its own among them, or behind them, where it reads from the database for itself. So
 * one that is slow costs nothing. When it is read: see Pacer.
 */
export class LiveFeed implements FeedHandle {
  readonly #options: LiveFeedOptions;
  readonly #followers = new Set<Follower>();
  readonly #waiting = new Waiting();
  #recent: FeedEvent[] = [];
  /** The recent events are all that come after this place. */
  #base: FeedPlace = BEGINNING;
  #head: FeedPlace = BEGINNING;
  #reading: Promise<void> | undefined;
  #loading: Promise<void> | undefined;
  readonly #pacer: Pacer;
  #isClosed = false;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#pacer = new Pacer({ ...options, togetherMs: TOGETHER_MS, isWanted: () => this.#followers.size > 0 });
  }

  async followAll(after?: FeedPlace): Promise<Follower> {
    await this.#load();
    return this.#follow({ place: after ?? this.#head, resumed: after !== undefined });
  }

  async followUser(userId: string, isLast?: (event: FeedEvent) => boolean): Promise<Follower> {
    await this.#load();
    const last = isLast && this.#recent.findLast((event) => event.userId === userId && isLast(event));
    return this.#follow({ userId, place: last ? placeOf(last) : this.#head, resumed: last !== undefined });
  }

  /** Ends all followers, and resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const follower of this.#followers) follower.close();
    await Promise.allSettled([this.#reading, this.#loading]);
  }

  #follow({ userId, place, resumed }: { userId?: string; place: FeedPlace; resumed: boolean }): Follower {
    const follower = new Follower(
      {
        pageAfter: (from, user) => this.#pageAfter(from, user),
        // What it has not read may have come meanwhile.
        change: (of) => (comparePlaces(of.place, this.#head) < 0 ? of.place : this.#waiting.wait(of)),
        leave: (of) => this.#leave(of),
        wake: (of) => this.#waiting.end(of),
      },
      { userId, place, resumed },
    );
    this.#followers.add(follower);
    if (this.#isClosed) follower.close();
    else this.#reading ??= this.#readOn();
    return follower;
  }

  #leave(follower: Follower): void {
    this.#followers.delete(follower);
    this.#waiting.end(follower);
    if (this.#followers.size === 0) this.#pacer.wake();
  }

  /** The next events after a place, all or a user's; undefined for a user's that are not in memory any more. */
  async #pageAfter(place: FeedPlace, userId: string | undefined) {
    if (comparePlaces(place, this.#base) >= 0) return this.#recentAfter(place, userId);
    if (userId !== undefined) return undefined;
    const events = await readAfter(this.#options.sql, place);
    const last = events.at(-1);
    return { events, next: last === undefined ? place : placeOf(last) };
  }

  #recentAfter(place: FeedPlace, userId: string | undefined): { events: FeedEvent[]; next: FeedPlace } {
    const start = this.#indexAfter(place);
    if (userId === undefined) {
      const events = this.#recent.slice(start, start + PAGE);
      const last = events.at(-1);
      return { events, next: last === undefined ? place : placeOf(last) };
    }
    // They are few: at most a page of those that are kept.
    const events = this.#recent.slice(start).filter((event) => event.userId === userId);
    return { events, next: comparePlaces(place, this.#head) > 0 ? place : this.#head };
  }

  #indexAfter(place: FeedPlace): number {
    let [low, high] = [0, this.#recent.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const event = this.#recent[middle];
      if (event !== undefined && comparePlaces(placeOf(event), place) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Brings the recent events up to date where nothing reads them. */
  async #load(): Promise<void> {
    if (this.#reading !== undefined) return;
    this.#loading ??= this.#loadRecent().finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  async #loadRecent(): Promise<void> {
    const { sql } = this.#options;
    if (this.#recent.length > 0) {
      const since = await readAfter(sql, this.#head);
      if (since.length < PAGE) {
        this.#append(since);
        return;
      }
    }
    this.#recent = await readNewest(sql, READ_AT_START);
    const [first] = this.#recent;
    const isAll = this.#recent.length < READ_AT_START;
    // Of a place before the first one nobody knows whether others stand in between.
    this.#base = isAll || first === undefined ? BEGINNING : placeOf(first);
    const last = this.#recent.at(-1);
    this.#head = last === undefined ? BEGINNING : placeOf(last);
  }

  async #readOn(): Promise<void> {
    const { onError } = this.#options;
    const stopListening = this.#pacer.listen();
    let failed = false;
    try {
      while (this.#followers.size > 0 && !this.#isClosed) {
        try {
          await this.#readNew();
          failed = false;
        } catch (error) {
          if (!failed) onError(error);
          failed = true;
        }
        await this.#pacer.pause(failed);
      }
    } finally {
      stopListening();
      this.#reading = undefined;
    }
  }

  async #readNew(): Promise<void> {
    const { sql, onEvent } = this.#options;
    for (let page: FeedEvent[] | undefined; page === undefined || page.length === PAGE; ) {
      if (this.#followers.size === 0) return;
      page = await readAfter(sql, this.#head);
      for (const event of page) onEvent(event);
      this.#append(page);
    }
  }

  #append(events: FeedEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    const before = this.#head;
    this.#recent.push(...events);
    this.#head = placeOf(last);
    // Not at each event: to move all of them is no small thing.
    if (this.#recent.length >= 2 * KEPT) {
      const gone = this.#recent.splice(0, this.#recent.length - KEPT).at(-1);
      if (gone !== undefined) this.#base = placeOf(gone);
    }
    this.#waiting.tell(events, before);
  }
}
