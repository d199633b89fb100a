import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EndpointTurn, type SenderParts } from './endpoint-turn.js';
import { LEASE_MS, pauseRestored, selectWork, takeEndpoint } from './leases.js';

/** How often to look whether there is something to do. */
const POLL_MS = 500;
/** SQLite: so long after a commit of this process. What is written meanwhile goes out together. */
const AFTER_COMMIT_MS = 200;
/** An endpoint that had its turn and isn't done: others are to have a chance at it. */
const AFTER_TURN_MS = 50;
/** What is on its way when the service stops has so long to be answered; otherwise it is sent again. */
const STOP_MS = 2_000;
/** What it has asked of a database that is silent by then is left behind: leases end by themselves. */
const LONGEST_STOP_MS = 4_000;

interface Parts extends SenderParts {
  /** Of the database in this place. */
  home(): Promise<string>;
}

/**
 * Sends what happened to the endpoints that want it, each delivery at least once. All state is in the tables: an instance takes an endpoint
 * for a while, which others find free again when it has died. Endpoints don't wait for each other.
 */
export class WebhookSender {
  readonly #parts: Parts;
  readonly #instance = randomUUID();
  readonly #stopping = new AbortController();
  readonly #turns = new Map<string, Promise<void>>();
  #isStopped = false;
  #wake: () => void = () => {};
  #running: Promise<void> | undefined;
  #isFailing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Begins nothing more; resolves when what is on its way has been answered and recorded, or given up. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    const timer = setTimeout(() => this.#stopping.abort(), STOP_MS);
    const late = new AbortController();
    const { signal } = late;
    await Promise.race([this.#ended(), sleep(LONGEST_STOP_MS, undefined, { signal }).catch(() => {})]);
    late.abort();
    clearTimeout(timer);
  }

  async #ended(): Promise<void> {
    await this.#running;
    await Promise.all(this.#turns.values());
  }

  async #run(): Promise<void> {
    const { db, log, clock } = this.#parts;
    // Of several commits that come together one wakes it.
    let timer: NodeJS.Timeout | undefined;
    const stopListening = db.onCommit(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        this.#wake();
      }, AFTER_COMMIT_MS).unref();
    });
    let isHome = false;
    while (!this.#isStopped) {
      try {
        const home = await this.#parts.home();
        if (!isHome) {
          const paused = await db.write((sql) => sql.run(pauseRestored, { home, now: clock.now() }), { single: true });
          if (paused > 0)
            log.warn({ webhooks: paused }, 'the database was restored elsewhere: its webhooks are paused');
          isHome = true;
        }
        for (const { id } of await db.sql.rows(selectWork, { home, now: clock.now() })) this.#begin(id, home);
        this.#isFailing = false;
      } catch (err) {
        this.#tell(err);
      }
      await this.#pause(POLL_MS);
    }
    clearTimeout(timer);
    stopListening();
  }

  #begin(id: string, home: string): void {
    if (this.#isStopped || this.#turns.has(id)) return;
    const turn = this.#take(id, home)
      .catch((err) => {
        this.#tell(err);
        return false;
      })
      .then((isMore) => {
        this.#turns.delete(id);
        if (isMore) setTimeout(() => this.#wake(), AFTER_TURN_MS).unref();
      });
    this.#turns.set(id, turn);
  }

  async #take(id: string, home: string): Promise<boolean> {
    const { db, clock } = this.#parts;
    const now = clock.now();
    const until = new Date(now.getTime() + LEASE_MS);
    const taking = { id, home, by: this.#instance, now, until };
    const endpoint = await db.write((sql) => sql.row(takeEndpoint, taking), { single: true });
    if (endpoint === undefined) return false;
    return new EndpointTurn(this.#parts, this.#instance, endpoint, this.#stopping.signal).run();
  }

  /** Once, until it works again: it is tried twice a second. */
  #tell(err: unknown): void {
    if (!this.#isFailing) this.#parts.log.error({ err }, 'webhooks wait');
    this.#isFailing = true;
  }

  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
