/** Longest that the event loop goes on starting requests that have arrived, before it does anything else. */
const SLICE_MS = 20;

/** A request that is to be started, or to be told that it won't be. */
export interface Scheduled {
  start(): void;
  refuse(): void;
}

/**
 * Starts requests one by one where there are more of them than the event loop gets through in a moment. Otherwise it would
 * start all that have arrived in one iteration, in which nothing is accepted, answered or refused, nor even known to wait.
 *
 * Those who send them take turns (round-robin): of somebody who sends 500 at once, one is started, and then one of each other.
 */
export class FairScheduler {
  /** What waits, by who sent it, in the order in which they come next. */
  readonly #queues = new Map<string, Scheduled[]>();
  #waiting = 0;
  #isDue = false;
  #sliceStartedAt: number | undefined;

  /** How many wait to be started. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Starts a request: at once while there is time in this slice, else when it is its sender's turn. */
  schedule(sender: string, request: Scheduled): void {
    if (this.#waiting === 0 && this.#hasTime()) {
      request.start();
      return;
    }
    const queue = this.#queues.get(sender);
    if (queue === undefined) this.#queues.set(sender, [request]);
    else queue.push(request);
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

  #continue(): void {
    if (this.#isDue || this.#waiting === 0) return;
    this.#isDue = true;
    setImmediate(this.#next);
  }

  // One in each iteration of the event loop: the work of a request is done, or waits for something, before the next starts.
  readonly #next = () => {
    this.#isDue = false;
    const [first] = this.#queues;
    if (first === undefined) return;
    const [sender, queue] = first;
    const request = queue.shift();
    // Behind all others who wait.
    this.#queues.delete(sender);
    if (queue.length > 0) this.#queues.set(sender, queue);
    this.#waiting -= 1;
    request?.start();
    this.#continue();
  };

  #hasTime(): boolean {
    const now = performance.now();
    if (this.#sliceStartedAt === undefined) {
      this.#sliceStartedAt = now;
      setImmediate(() => {
        this.#sliceStartedAt = undefined;
      });
    }
    return now - this.#sliceStartedAt < SLICE_MS;
  }
}
