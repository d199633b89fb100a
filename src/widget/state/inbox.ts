import type { SupportOutputs } from 'support-api/client';
import { Store } from '../../browser/store.js';
import type { Kept } from './kept.js';
import { Reader } from './reader.js';
import type { Session } from './session.js';

export type TicketSummary = SupportOutputs['support']['tickets']['list'][number];

export interface Listed {
  tickets: readonly TicketSummary[];
  isMore: boolean;
}

const PAGE = 20;
const SEEN = 'seen';
/** Of so many tickets it is kept what was seen: of those that had an answer last. */
const MAX_SEEN = 200;

/** The last message of a ticket. */
interface Last {
  /** Of the ticket when it was read. */
  updatedAt: string;
  at: string;
  isMine: boolean;
}

interface InboxParts {
  session: Session;
  userId: string;
  kept: Kept;
  signal: AbortSignal;
}

/**
 * The user's tickets, and which of them have an answer that was not looked at. The service knows nothing of the latter: what was seen
 * is kept on the computer, by the time of the last message. Where nothing is kept, the last word of the support's on a ticket that is
 * not closed counts as new.
 */
export class Inbox {
  readonly listed = new Store<Listed | undefined>(undefined);
  readonly unread = new Store<ReadonlySet<string>>(new Set());
  readonly reader: Reader;
  readonly #parts: InboxParts;
  readonly #last = new Map<string, Last>();
  #pages = 1;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.reader = new Reader(parts.session, parts.signal, () => this.#read());
    // Looked at in another tab.
    const follow = (event: StorageEvent) => {
      if (parts.kept.nameOf(event) === SEEN) this.#count();
    };
    window.addEventListener('storage', follow, { signal: parts.signal });
  }

  readMore(): void {
    this.#pages += 1;
    void this.reader.read();
  }

  /** Somebody has read a conversation up to a message of that time. */
  see(ticketId: string, at: string): void {
    const seen = this.#seen();
    if ((seen[ticketId] ?? '') >= at) return;
    const newest = Object.entries({ ...seen, [ticketId]: at }).sort(([, a], [, b]) => (a < b ? 1 : -1));
    this.#parts.kept.set(SEEN, Object.fromEntries(newest.slice(0, MAX_SEEN)));
    this.#count();
  }

  #seen(): Record<string, string> {
    return this.#parts.kept.get<Record<string, string>>(SEEN) ?? {};
  }

  async #read(): Promise<void> {
    const { session, userId } = this.#parts;
    const pages = Array.from({ length: this.#pages }, (_, index) => index + 1);
    const lists = await session.call(({ support }) =>
      Promise.all(pages.map((page) => support.tickets.list.query({ page, limit: PAGE }))),
    );
    // A ticket that was opened meanwhile may have moved another one to the next page.
    const tickets = [...new Map(lists.flat().map((ticket) => [ticket.ticketId, ticket])).values()];
    this.listed.set({ tickets, isMore: lists.at(-1)?.length === PAGE });
    const seen = this.#seen();
    const changed = tickets.filter(
      ({ ticketId, status, updatedAt }) =>
        (status !== 'Closed' || ticketId in seen) && this.#last.get(ticketId)?.updatedAt !== updatedAt,
    );
    const messages = await session.call(({ support }) =>
      Promise.all(changed.map(({ ticketId }) => support.messages.list.query({ ticketId, limit: 1 }))),
    );
    for (const [index, { ticketId, updatedAt }] of changed.entries()) {
      const [last] = messages[index]?.messages ?? [];
      this.#last.set(ticketId, { updatedAt, at: last?.timestamp ?? '', isMine: last?.sender === userId });
    }
    this.#count();
  }

  #count(): void {
    const seen = this.#seen();
    const unread = [...this.#last].filter(([id, { at, isMine }]) => at !== '' && !isMine && at > (seen[id] ?? ''));
    this.unread.set(new Set(unread.map(([id]) => id)));
  }
}
