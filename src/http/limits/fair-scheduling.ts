import { iterationsAfter, MOST_ITERATIONS } from '../../event-loop/iterations-after.js';

/** Longest that the event loop goes on starting requests that have arrived, before it does anything else. */
const SLICE_MS = 3;

/**
 * Whoever has no more than this part of what waits is not the cause of the others' waiting: no iterations pass before theirs, and
 * what else an iteration does that starts one is not put down to them.
 */
const FEW = 1 / 4;

/** Senders whose time is remembered though nothing of theirs waits: beyond this, those who are behind in nothing are forgotten. */
const MOST_REMEMBERED = 1000;

/** A request that is to be started, or to be told that it won't be. */
export interface Scheduled {
  start(): void;
  refuse(): void;
}

/**
 * Starts requests one by one where there are more of them than the event loop gets through in a moment. Otherwise it would
 * start all that have arrived in one iteration, in which nothing is accepted, answered or refused, nor even known to wait.
 *
 * Those who send them share the event loop's time alike (start-time fair queueing): the next one is of whoever has had the
 * least of it. By numbers of requests alone, somebody whose requests take long would have most of the time, and others
 * with many short ones would not get through.
 */
export class FairScheduler {
  /** What waits, by who sent it; of equals, whoever stands first comes next. */
  readonly #queues = new Map<string, Scheduled[]>();
  /** How much time senders have had, in milliseconds; those who weren't there have had as much as whoever came last. */
  readonly #served = new Map<string, number>();
  /** What whoever came last had had before. */
  #level = 0;
  #current: { sender: string; startedAt: number; ownMs: number | undefined } | undefined;
  /** Iterations of the event loop since the last start, and how many there are to be before the next one. */
  #passed = 0;
  #pause = 0;
  #hasAccepted = false;
  #waiting = 0;
  #isDue = false;
  #sliceStartedAt: number | undefined;
  /** Who has had a request started in this slice ahead of others that wait. */
  readonly #ahead = new Set<string>();

  /** How many wait to be started. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Starts a request: at once while there is time in this slice and nobody waits, or nothing of its sender's does; else when it
   * is its sender's turn.
   */
  schedule(sender: string, request: Scheduled): void {
    const hasTime = this.#hasTime();
    if (hasTime && this.#waiting === 0) request.start();
    else if (hasTime && this.#mayGoAhead(sender)) this.#startAhead(sender, request);
    else this.enqueue(sender, request);
  }

  #startAhead(sender: string, request: Scheduled): void {
    const startedAt = performance.now();
    request.start();
    this.#served.set(sender, this.#servedAtLeast(sender) + performance.now() - startedAt);
  }

  /** Starts a request when it is its sender's turn, not before the event loop has done what it is at. */
  enqueue(sender: string, request: Scheduled): void {
    const queue = this.#queues.get(sender);
    if (queue === undefined) {
      this.#queues.set(sender, [request]);
      this.#served.set(sender, this.#servedAtLeast(sender));
    } else queue.push(request);
    this.#waiting += 1;
    this.#continue();
  }

  /**
   * Makes room for a request of a sender: refuses the newest one of whoever has the most waiting, and gives whether that is more
   * than the sender would have.
   */
  makeRoomFor(sender: string): boolean {
    let longest: Scheduled[] = [];
    for (const queue of this.#queues.values()) if (queue.length > longest.length) longest = queue;
    const own = this.#queues.get(sender)?.length ?? 0;
    if (longest.length <= own + 1) return false;
    this.#waiting -= 1;
    longest.pop()?.refuse();
    return true;
  }

  /** A connection has been accepted: there may be more. */
  accepted(): void {
    this.#hasAccepted = true;
  }

  #continue(): void {
    if (this.#isDue || this.#waiting === 0) return;
    this.#isDue = true;
    setImmediate(this.#next);
  }

  // One in each iteration of the event loop: the work of a request is done, or waits for something, before the next starts.
  readonly #next = () => {
    this.#isDue = false;
    this.#charge();
    const mustPass = this.#mustPass();
    const sender = this.#leastServed();
    const queue = sender === undefined ? undefined : this.#queues.get(sender);
    if (sender === undefined || queue === undefined) return;
    const hasFew = queue.length <= FEW * this.#waiting;
    if (mustPass && !hasFew) {
      this.#continue();
      return;
    }
    const request = queue.shift();
    // Behind all others who have had as much.
    this.#queues.delete(sender);
    if (queue.length > 0) this.#queues.set(sender, queue);
    this.#waiting -= 1;
    if (!mustPass) this.#passed = 0;
    this.#level = this.#servedTo(sender);
    const startedAt = performance.now();
    request?.start();
    this.#current = { sender, startedAt, ownMs: hasFew ? performance.now() - startedAt : undefined };
    if (this.#waiting === 0) this.#forgetAll();
    this.#continue();
  };

  /**
   * Whether this iteration starts nothing. Node accepts one connection in each: somebody who has just come would wait for as many
   * requests as there are connections before theirs. So some pass after each start, and while connections are coming.
   */
  #mustPass(): boolean {
    const mustPass = this.#passed < this.#pause || (this.#hasAccepted && this.#passed < MOST_ITERATIONS);
    this.#hasAccepted = false;
    this.#passed += 1;
    return mustPass;
  }

  /**
   * What the event loop has done since the last start is put down to whose request that was: most of it comes of requests of whoever
   * has most of them. To those who have few, only what the start itself took: they would wait for hundreds of others' otherwise.
   */
  #charge(): void {
    if (this.#current === undefined) return;
    const { sender, startedAt, ownMs } = this.#current;
    this.#current = undefined;
    const tookMs = performance.now() - startedAt;
    this.#pause = iterationsAfter(tookMs);
    this.#served.set(sender, this.#servedTo(sender) + (ownMs ?? tookMs));
    if (this.#served.size <= MOST_REMEMBERED) return;
    for (const [other, served] of this.#served) {
      if (served <= this.#level && !this.#queues.has(other)) this.#served.delete(other);
    }
  }

  #leastServed(): string | undefined {
    let least: string | undefined;
    for (const sender of this.#queues.keys()) {
      if (least === undefined || this.#servedTo(sender) < this.#servedTo(least)) least = sender;
    }
    return least;
  }

  #servedTo(sender: string): number {
    return this.#served.get(sender) ?? 0;
  }

  /** Time that somebody didn't ask for is nobody's to ask for later. */
  #servedAtLeast(sender: string): number {
    return Math.max(this.#servedTo(sender), this.#level);
  }

  /** Nobody waits: there is nothing to be shared. */
  #forgetAll(): void {
    this.#served.clear();
    this.#level = 0;
    this.#current = undefined;
    this.#pause = 0;
  }

  /** One in each slice: whoever sends one request now and then doesn't wait for those who send hundreds. */
  #mayGoAhead(sender: string): boolean {
    if (this.#queues.has(sender) || this.#ahead.has(sender)) return false;
    this.#ahead.add(sender);
    return true;
  }

  #hasTime(): boolean {
    const now = performance.now();
    if (this.#sliceStartedAt === undefined) {
      this.#sliceStartedAt = now;
      setImmediate(() => {
        this.#sliceStartedAt = undefined;
        this.#ahead.clear();
      });
    }
    return now - this.#sliceStartedAt < SLICE_MS;
  }
}
