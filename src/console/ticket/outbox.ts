import { withIdempotencyKey } from 'support-api/client';
import { explain, waitMs } from '../api/explain.js';
import { session } from '../session/session.js';
import { kept } from '../ui/kept.js';
import { Store } from '../ui/store.js';
import type { Kind } from './drafts.js';

/** Something that was sent, until the server has it. */
export interface Outgoing {
  /** Its idempotency key: however often it is sent, it is stored once. */
  id: string;
  /** Who has sent it: it never goes out as somebody else's. */
  userId: string;
  ticketId: string;
  kind: Kind;
  text: string;
  at: string;
  /** Resolve the ticket with it. */
  resolve: boolean;
  /** `waiting`: it is tried again by itself. `refused`: only somebody can change it. */
  state: 'sending' | 'waiting' | 'refused';
  reason?: string;
}

export interface Sent {
  /** Of the message or note. */
  id: string;
  timestamp: string;
}

const PREFIX = 'support-console.outbox.';

/**
 * Replies and notes on their way. What is in it is kept until the server has acknowledged it, over a reload, too, and of one ticket it
 * goes out in its order.
 */
class Outbox {
  readonly items = new Store<readonly Outgoing[]>([]);
  onSent: (item: Outgoing, sent: Sent) => void = () => {};
  onRefused: (item: Outgoing) => void = () => {};
  /** The reply has been stored, and its ticket could not be resolved. */
  onNotResolved: (reason: string) => void = () => {};
  readonly #busy = new Set<string>();
  readonly #waiting = new Set<() => void>();

  constructor() {
    const wake = () => {
      for (const go of this.#waiting) go();
    };
    window.addEventListener('online', wake);
    session.state.subscribe(wake);
  }

  /** What was on its way when the page was left: sent again, by the same keys. */
  load(): void {
    const items = kept
      .keys(`${PREFIX}${currentUser()}/`)
      .map((key) => JSON.parse(kept.get(key) ?? 'null') as Outgoing | null)
      .filter((item) => item !== null)
      .sort((a, b) => (a.at < b.at ? -1 : 1));
    this.items.set(items);
    for (const { ticketId } of items) void this.#send(ticketId);
  }

  add(item: Pick<Outgoing, 'ticketId' | 'kind' | 'text' | 'resolve'>): void {
    const [id, at, userId] = [crypto.randomUUID(), new Date().toISOString(), currentUser()];
    this.#put({ ...item, id, userId, at, state: 'sending' });
    void this.#send(item.ticketId);
  }

  remove(id: string): void {
    kept.remove(keyOf({ id, userId: this.items.value.find((item) => item.id === id)?.userId ?? currentUser() }));
    this.items.set(this.items.value.filter((item) => item.id !== id));
  }

  #put(item: Outgoing): void {
    kept.set(keyOf(item), JSON.stringify(item));
    const others = this.items.value.filter(({ id }) => id !== item.id);
    this.items.set([...others, item].sort((a, b) => (a.at < b.at ? -1 : 1)));
  }

  async #send(ticketId: string): Promise<void> {
    if (this.#busy.has(ticketId)) return;
    this.#busy.add(ticketId);
    let failures = 0;
    for (;;) {
      const item = this.items.value.find(
        (one) => one.ticketId === ticketId && one.state !== 'refused' && one.userId === currentUser(),
      );
      if (item === undefined) break;
      try {
        const sent = await deliver(item, (reason) => this.onNotResolved(reason));
        failures = 0;
        // Taken back meanwhile: it was too late, and the conversation shows it.
        this.remove(item.id);
        this.onSent(item, sent);
      } catch (error) {
        const { text: reason, remedy } = explain(error);
        const refused = remedy === 'change';
        if (remedy === 'sign-in') session.expire();
        if (!this.items.value.some(({ id }) => id === item.id)) continue;
        const failed: Outgoing = { ...item, state: refused ? 'refused' : 'waiting', reason };
        this.#put(failed);
        if (refused) this.onRefused(failed);
        else await this.#pause(waitMs(failures++, error));
      }
    }
    this.#busy.delete(ticketId);
  }

  /** Until it is time, the network is back, or somebody has signed in. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      this.#waiting.add(go);
    });
  }
}

function currentUser(): string {
  return session.account.value?.userId ?? '';
}

function keyOf({ userId, id }: Pick<Outgoing, 'userId' | 'id'>): string {
  return `${PREFIX}${userId}/${id}`;
}

async function deliver(item: Outgoing, onNotResolved: (reason: string) => void): Promise<Sent> {
  const { id, ticketId, kind, text, resolve } = item;
  const { desk } = session.client;
  if (kind === 'note') {
    const { noteId, timestamp } = await desk.notes.add.mutate({ ticketId, content: text }, withIdempotencyKey(id));
    return { id: noteId, timestamp };
  }
  const message = { ticketId, message: text };
  const { messageId, timestamp } = await desk.messages.reply.mutate(message, withIdempotencyKey(id));
  if (resolve) {
    try {
      await desk.tickets.resolve.mutate({ ticketId }, withIdempotencyKey(`${id}-resolve`));
    } catch (error) {
      const { text: reason, remedy } = explain(error);
      // Whatever else it is, both are done again: by their keys, the reply is not stored twice.
      if (remedy !== 'change') throw error;
      onNotResolved(reason);
    }
  }
  return { id: messageId, timestamp };
}

export const outbox = new Outbox();
