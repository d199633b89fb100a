import type { Sql } from '../db/sql/sql.js';
import { Pacer, type PacerOptions } from './pacer.js';
import type { PresenceRow } from './presence-row.js';
import { readPresence } from './read-presence.js';

/** SQLite: news of this time are told together. On PostgreSQL it is the time between two looks. */
const TOGETHER_MS = 100;

export interface LivePresenceOptions extends Pick<PacerOptions, 'engine' | 'onCommit' | 'pollMs'> {
  sql: Sql;
  now(): Date;
  /** Told why it could not be read. It is tried again. */
  onError(error: unknown): void;
}

/** Who is at a ticket, in the order of coming; nobody any more where there is none. */
export interface TicketPresence {
  readonly ticketId: string;
  readonly rows: readonly PresenceRow[];
}

export interface PresenceWatch {
  /** The tickets of which something has changed since it was asked last; at first all at which somebody is. */
  take(): TicketPresence[];
  close(): void;
}

/** What the rest of the service may know of it. */
export interface PresenceHandle {
  /** `onChange` is called when there is something to take. Close it. */
  watch(onChange: () => void): PresenceWatch;
}

interface Watcher {
  /** All, until it has taken them once. */
  readonly changed: Set<string>;
  readonly onChange: () => void;
}

/**
 * Who is at which ticket, read once for all who watch it in this process, and not at all while nobody does. What is told is how it is,
 * not what happened: what changes twice between two looks is told once, and a slow watcher has a set of ticket ids, and no more.
 */
export class LivePresence implements PresenceHandle {
  readonly #options: LivePresenceOptions;
  readonly #pacer: Pacer;
  readonly #watchers = new Set<Watcher>();
  #rows: readonly PresenceRow[] = [];
  #tickets = new Map<string, TicketPresence>();
  #reading: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: LivePresenceOptions) {
    this.#options = options;
    this.#pacer = new Pacer({ ...options, togetherMs: TOGETHER_MS, isWanted: () => this.#isWanted() });
  }

  watch(onChange: () => void): PresenceWatch {
    const watcher: Watcher = { changed: new Set(this.#tickets.keys()), onChange };
    this.#watchers.add(watcher);
    if (!this.#isClosed) this.#reading ??= this.#readOn();
    return {
      take: () => {
        const taken = [...watcher.changed].map((ticketId) => this.#tickets.get(ticketId) ?? { ticketId, rows: [] });
        watcher.changed.clear();
        return taken;
      },
      close: () => {
        this.#watchers.delete(watcher);
        if (!this.#isWanted()) this.#pacer.wake();
      },
    };
  }

  /** Resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pacer.wake();
    await this.#reading;
  }

  #isWanted(): boolean {
    return this.#watchers.size > 0 && !this.#isClosed;
  }

  async #readOn(): Promise<void> {
    const { sql, now, onError } = this.#options;
    const stopListening = this.#pacer.listen();
    let failed = false;
    try {
      while (this.#isWanted()) {
        try {
          this.#rows = await readPresence(sql, now());
          failed = false;
        } catch (error) {
          if (!failed) onError(error);
          failed = true;
        }
        this.#compare();
        await this.#pacer.pause(failed);
      }
    } finally {
      stopListening();
      this.#reading = undefined;
      this.#tickets.clear();
    }
  }

  /** Where the database is away, what was read last still expires. */
  #compare(): void {
    const now = this.#options.now().getTime();
    const before = this.#tickets;
    this.#tickets = new Map();
    for (const [ticketId, present] of byTicket(this.#rows, now)) {
      const known = before.get(ticketId);
      const isSame = known !== undefined && signature(known.rows) === signature(present);
      this.#tickets.set(ticketId, isSame ? known : Object.freeze({ ticketId, rows: present }));
    }
    const changed = [...new Set([...before.keys(), ...this.#tickets.keys()])].filter(
      (ticketId) => before.get(ticketId) !== this.#tickets.get(ticketId),
    );
    if (changed.length === 0) return;
    for (const watcher of this.#watchers) {
      for (const ticketId of changed) watcher.changed.add(ticketId);
      watcher.onChange();
    }
  }
}

function byTicket(rows: readonly PresenceRow[], now: number): Map<string, PresenceRow[]> {
  const tickets = new Map<string, PresenceRow[]>();
  for (const row of rows) {
    if (Date.parse(row.expiresAt) <= now) continue;
    const present = tickets.get(row.ticketId);
    if (present === undefined) tickets.set(row.ticketId, [row]);
    else present.push(row);
  }
  return tickets;
}

/** Of what is told: not until when it is so, which each beat moves. */
function signature(rows: readonly PresenceRow[]): string {
  return JSON.stringify(rows.map(({ agentId, cameAt, typingAt }) => [agentId, cameAt, typingAt !== null]));
}
