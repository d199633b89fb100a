import { type UploadedFile, withIdempotencyKey } from 'support-api/client';
import { randomId } from '../../browser/random-id.js';
import { Store } from '../../browser/store.js';
import type { Drafts, Place } from './drafts.js';
import { explain, waitMs } from './explain.js';
import type { Kept } from './kept.js';
import type { Session } from './session.js';

interface Letter {
  text: string;
  files: readonly UploadedFile[];
}

interface NewTicket extends Letter {
  kind: 'ticket';
  subject: string;
  categoryId: string;
}

interface NewMessage extends Letter {
  kind: 'message';
  ticketId: string;
}

/** Something that was sent, until the server has it. */
export type Outgoing = (NewTicket | NewMessage) & {
  /** Its idempotency key: however often it is sent, it is stored once. */
  id: string;
  at: string;
  /** `waiting`: it is tried again by itself. `refused`: only somebody can change it. */
  state: 'sending' | 'waiting' | 'refused';
  reason?: string;
};

/** What the server has made of it. */
export interface Sent {
  ticketId: string;
  /** Of a message. */
  messageId?: string;
  timestamp: string;
}

const PREFIX = 'outbox/';

interface OutboxParts {
  kept: Kept;
  session: Session;
  drafts: Drafts;
  signal: AbortSignal;
  onSent(item: Outgoing, sent: Sent): void;
}

/**
 * Requests and messages on their way. What is in it is kept until the server has acknowledged it, over a reload, too, and within a
 * request it goes out in its order.
 */
export class Outbox {
  readonly items = new Store<readonly Outgoing[]>([]);
  readonly #parts: OutboxParts;
  readonly #busy = new Set<string>();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    const { kept, signal } = parts;
    // Another tab has sent it, or its author has taken it back there.
    const follow = (event: StorageEvent) => {
      const name = kept.nameOf(event);
      if (name?.startsWith(PREFIX) && event.newValue === null) this.#drop(name.slice(PREFIX.length));
    };
    window.addEventListener('storage', follow, { signal });
  }

  /** What was on its way when the page was left: sent again, by the same keys. */
  load(): void {
    const { kept } = this.#parts;
    const items = kept.names(PREFIX).map((name) => kept.get<Outgoing>(name));
    this.items.set(items.filter((item) => item !== undefined).sort((a, b) => (a.at < b.at ? -1 : 1)));
    for (const item of this.items.value) void this.#send(laneOf(item));
  }

  add(letter: NewTicket | NewMessage): Outgoing {
    const item: Outgoing = { ...letter, id: randomId(), at: new Date().toISOString(), state: 'sending' };
    this.#put(item);
    void this.#send(laneOf(item));
    return item;
  }

  discard(id: string): void {
    this.#parts.kept.set(PREFIX + id, undefined);
    this.#drop(id);
  }

  /** Back to where it was written, to be changed; gives where that is. */
  edit(item: Outgoing): Place {
    const place: Place = item.kind === 'ticket' ? 'new' : `message/${item.ticketId}`;
    const { text, files } = item;
    const rest = item.kind === 'ticket' ? { subject: item.subject, categoryId: item.categoryId } : {};
    this.#parts.drafts.putBack(place, { text, files, ...rest });
    this.discard(item.id);
    return place;
  }

  #drop(id: string): void {
    this.items.set(this.items.value.filter((item) => item.id !== id));
  }

  #put(item: Outgoing): void {
    this.#parts.kept.set(PREFIX + item.id, item);
    const others = this.items.value.filter(({ id }) => id !== item.id);
    this.items.set([...others, item].sort((a, b) => (a.at < b.at ? -1 : 1)));
  }

  async #send(lane: string): Promise<void> {
    const { session, signal, onSent } = this.#parts;
    if (this.#busy.has(lane)) return;
    this.#busy.add(lane);
    let failures = 0;
    while (!signal.aborted) {
      const item = this.items.value.find((one) => laneOf(one) === lane && one.state !== 'refused');
      if (item === undefined) break;
      try {
        const sent = await this.#deliver(item);
        failures = 0;
        this.discard(item.id);
        onSent(item, sent);
      } catch (error) {
        const { text: reason, remedy } = explain(error);
        // Taken back meanwhile, or sent by another tab.
        if (!this.items.value.some(({ id }) => id === item.id)) continue;
        this.#put({ ...item, state: remedy === 'change' ? 'refused' : 'waiting', reason });
        if (remedy !== 'change') await session.pause.for(waitMs(failures++, error));
      }
    }
    this.#busy.delete(lane);
  }

  #deliver(item: Outgoing): Promise<Sent> {
    const attachments = item.files.map(({ fileId }) => fileId);
    const key = withIdempotencyKey(item.id);
    return this.#parts.session.call(async ({ support }) => {
      if (item.kind === 'message') {
        const { ticketId, text: message } = item;
        return support.messages.add.mutate({ ticketId, message, attachments }, key);
      }
      const { subject, text: description, categoryId } = item;
      const { ticketId, createdAt } = await support.tickets.create.mutate(
        { subject, description, categoryId, attachments },
        key,
      );
      return { ticketId, timestamp: createdAt };
    });
  }
}

/** What goes out one after another. */
function laneOf(item: Outgoing): string {
  return item.kind === 'ticket' ? item.id : item.ticketId;
}
