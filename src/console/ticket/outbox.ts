import { supportError, withIdempotencyKey } from 'support-api/client';
import { randomId } from '../../browser/random-id.js';
import { Store } from '../../browser/store.js';
import { explain, waitMs } from '../api/explain.js';
import type { DeskTicket } from '../api/trpc.js';
import { session } from '../session/session.js';
import { kept } from '../ui/kept.js';
import type { DraftFile, Kind } from './drafts.js';
import { type Word, wordsSince } from './words.js';

/** Something that was sent, until the server has it. */
export interface Outgoing {
  /** Its idempotency key: however often it is sent, it is stored once. */
  id: string;
  /** Who has sent it: it never goes out as somebody else's. */
  userId: string;
  ticketId: string;
  kind: Kind;
  text: string;
  files: readonly DraftFile[];
  at: string;
  /** Resolve the ticket with it. */
  resolve: boolean;
  /** What its author had on the screen: the ticket's version, and when the last words on it were said. */
  version: number;
  seen: string;
  /**
   * `waiting`: it is tried again by itself. `refused`: only somebody can change it. `overtaken`: others have said something since, and
   * its author is to say whether it still fits.
   */
  state: 'sending' | 'waiting' | 'refused' | 'overtaken';
  reason?: string;
  /** Who has. */
  overtakenBy?: readonly string[];
}

/** It is held until somebody has looked at it. */
export const isHeld = ({ state }: Outgoing) => state === 'refused' || state === 'overtaken';

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
  onOvertaken: (item: Outgoing) => void = () => {};
  /** The ticket has been read anew. */
  onRead: (ticket: DeskTicket) => void = () => {};
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

  add(item: Omit<Outgoing, 'id' | 'userId' | 'at' | 'state'>): void {
    const [id, at, userId] = [randomId(), new Date().toISOString(), currentUser()];
    this.#put({ ...item, id, userId, at, state: 'sending' });
    void this.#send(item.ticketId);
  }

  /** It still fits, though others have said something: sent as it is, by somebody who has seen that. */
  sendAnyway({ overtakenBy: _, ...item }: Outgoing, seen: Pick<Outgoing, 'version' | 'seen'>): void {
    this.#replace(item.id, { ...item, ...seen, id: randomId(), state: 'sending' });
    void this.#send(item.ticketId);
  }

  remove(id: string): void {
    kept.remove(keyOf({ id, userId: this.items.value.find((item) => item.id === id)?.userId ?? currentUser() }));
    this.items.set(this.items.value.filter((item) => item.id !== id));
  }

  #put(item: Outgoing): void {
    this.#replace(item.id, item);
  }

  #replace(before: string, item: Outgoing): void {
    if (before !== item.id) kept.remove(keyOf({ id: before, userId: item.userId }));
    kept.set(keyOf(item), JSON.stringify(item));
    const others = this.items.value.filter(({ id }) => id !== before);
    this.items.set([...others, item].sort((a, b) => (a.at < b.at ? -1 : 1)));
  }

  async #send(ticketId: string): Promise<void> {
    if (this.#busy.has(ticketId)) return;
    this.#busy.add(ticketId);
    let failures = 0;
    for (;;) {
      const item = this.items.value.find(
        (one) => one.ticketId === ticketId && !isHeld(one) && one.userId === currentUser(),
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
        if (supportError(error)?.code === 'VERSION_CONFLICT') {
          await this.#lookAgain(item);
          continue;
        }
        const failed: Outgoing = { ...item, state: refused ? 'refused' : 'waiting', reason };
        this.#put(failed);
        if (refused) this.onRefused(failed);
        else await this.#pause(waitMs(failures++, error));
      }
    }
    this.#busy.delete(ticketId);
  }

  /**
   * The ticket has another version. What others have said meanwhile, its author is to read first; with anything else that has changed
   * (their own words, a tag) it fits as before, and goes out against the new version. Nothing was stored under its key, so it has a new
   * one.
   */
  async #lookAgain(item: Outgoing): Promise<void> {
    let ticket: DeskTicket;
    try {
      ticket = await session.client.desk.tickets.get.query({ ticketId: item.ticketId });
    } catch {
      // The same again later, by the same key.
      this.#put({ ...item, state: 'waiting', reason: '' });
      await this.#pause(waitMs(0, undefined));
      return;
    }
    this.onRead(ticket);
    if (!this.items.value.some(({ id }) => id === item.id)) return;
    const { version } = ticket;
    const said = wordsSince(ticket, item.seen, item.userId);
    if (said.length === 0) this.#replace(item.id, { ...item, version, id: randomId(), state: 'sending' });
    else {
      const overtaken: Outgoing = { ...item, state: 'overtaken', overtakenBy: authorsOf(said) };
      this.#put(overtaken);
      this.onOvertaken(overtaken);
    }
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
  const { id, ticketId, kind, text, files = [], resolve, version } = item;
  const attachments = files.map(({ fileId }) => fileId);
  const { desk } = session.client;
  if (kind === 'note') {
    const { noteId, timestamp } = await desk.notes.add.mutate(
      { ticketId, content: text, attachments, version },
      withIdempotencyKey(id),
    );
    return { id: noteId, timestamp };
  }
  const message = { ticketId, message: text, attachments, version };
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

function authorsOf(words: readonly Word[]): string[] {
  return [...new Set(words.map(({ author }) => author))];
}

export const outbox = new Outbox();
