/** What is to be done together with others of its kind. */
export interface Batched {
  /** Jobs of one owner follow one another, and are never in one batch. */
  readonly owner?: string | undefined;
  /** Who asks for it: has a few under way at most. '' or none: nobody in particular. */
  readonly sender?: string;
}

/** Batches that are under way at once: what comes meanwhile makes up the next one. */
const MAX_UNDER_WAY = 4;

/** Most jobs in one batch: the last of them waits for all. */
const MAX_JOBS = 16;

/** Most jobs of one sender that are under way: others' wait for them. */
const MAX_OF_SENDER = 8;

/** A batch that takes longer than this, as it waits for somebody's lock perhaps, leaves its place to the next. */
const PATIENCE_MS = 100;

/**
 * Collects jobs while others are under way, and has them done together: one at a time while there is little to do, and
 * many at once when there is much. Nothing waits that could be under way: what comes first is done at once.
 */
export class Batches<J extends Batched> {
  readonly #run: (jobs: J[]) => Promise<void>;
  #waiting: J[] = [];
  #scheduled = false;
  #underWay = 0;
  /** Whose jobs are under way. */
  readonly #owners = new Set<string>();
  /** How many of each sender are. */
  readonly #senders = new Map<string, number>();

  /** `run` tells each job how it went, and never rejects. Jobs come in the order of their owners. */
  constructor(run: (jobs: J[]) => Promise<void>) {
    this.#run = run;
  }

  add(job: J): void {
    this.#waiting.push(job);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#underWay === MAX_UNDER_WAY || this.#waiting.length === 0) return;
    this.#scheduled = true;
    // After all requests that this turn of the event loop reads: they are to be together.
    setImmediate(() => {
      this.#scheduled = false;
      const batch = this.#take();
      // All that wait may wait for jobs of their own owners, whose end comes back here.
      if (batch.length === 0) return;
      this.#start(batch);
      this.#schedule();
    });
  }

  #take(): J[] {
    const batch: J[] = [];
    this.#waiting = this.#waiting.filter((job) => {
      const { owner, sender = '' } = job;
      if (batch.length === MAX_JOBS || (owner !== undefined && this.#owners.has(owner))) return true;
      if (sender !== '' && !this.#takePlace(sender)) return true;
      if (owner !== undefined) this.#owners.add(owner);
      batch.push(job);
      return false;
    });
    return batch.sort(byOwner);
  }

  /** Takes a place until the batch has ended, or for as long as others may have to wait for it. */
  #start(batch: J[]): void {
    let holds = true;
    this.#underWay += 1;
    const leave = () => {
      if (holds) this.#underWay -= 1;
      holds = false;
      this.#schedule();
    };
    const patience = setTimeout(leave, PATIENCE_MS);
    const end = () => {
      clearTimeout(patience);
      for (const { owner, sender = '' } of batch) {
        if (owner !== undefined) this.#owners.delete(owner);
        if (sender !== '') this.#leavePlace(sender);
      }
      leave();
    };
    this.#run(batch).then(end, end);
  }

  #takePlace(sender: string): boolean {
    const own = this.#senders.get(sender) ?? 0;
    if (own >= MAX_OF_SENDER) return false;
    this.#senders.set(sender, own + 1);
    return true;
  }

  #leavePlace(sender: string): void {
    const left = (this.#senders.get(sender) ?? 0) - 1;
    if (left > 0) this.#senders.set(sender, left);
    else this.#senders.delete(sender);
  }
}

function byOwner({ owner: a = '' }: Batched, { owner: b = '' }: Batched): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
