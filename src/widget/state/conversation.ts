import type { SupportOutputs } from 'support-api/client';
import { Store } from '../../browser/store.js';
import { Reader } from './reader.js';
import type { Session } from './session.js';

export type Message = SupportOutputs['support']['messages']['list']['messages'][number];
export type Attachment = Message['files'][number];
type Ticket = Omit<SupportOutputs['support']['tickets']['get'], 'messages'>;

export interface Shown {
  ticket: Ticket;
  /** Of the description. */
  files: readonly Attachment[];
  /** Oldest first, without a gap. */
  messages: readonly Message[];
  /** Where to go on; null: there are no older ones. */
  older: string | null;
}

const PAGE = 50;

/** One ticket with its conversation, as long as it is shown. */
export class Conversation {
  readonly ticketId: string;
  readonly shown = new Store<Shown | undefined>(undefined);
  readonly reader: Reader;
  readonly #session: Session;
  readonly #end = new AbortController();

  constructor(session: Session, ticketId: string) {
    this.#session = session;
    this.ticketId = ticketId;
    this.reader = new Reader(session, this.#end.signal, () => this.#read());
    void this.reader.read();
  }

  end(): void {
    this.#end.abort();
  }

  /** What was sent just now is there without being read again. */
  add(message: Message): void {
    const { value } = this.shown;
    if (value) this.shown.set({ ...value, messages: merged(value.messages, [message]) });
  }

  async readOlder(): Promise<void> {
    const { older: cursor } = this.shown.value ?? {};
    if (!cursor) return;
    const { ticketId } = this;
    const page = await this.#session.call(({ support }) =>
      support.messages.list.query({ ticketId, limit: PAGE, cursor }),
    );
    const { value } = this.shown;
    if (value) this.shown.set({ ...value, messages: merged(page.messages, value.messages), older: page.older });
  }

  async #read(): Promise<void> {
    const { ticketId } = this;
    const before = this.shown.value;
    const [{ messages: _, ...ticket }, page, files] = await this.#session.call(({ support }) =>
      Promise.all([
        support.tickets.get.query({ ticketId }),
        support.messages.list.query({ ticketId, limit: PAGE }),
        // They are attached with the ticket, and so before all others.
        before ? undefined : support.tickets.files.query({ ticketId, limit: PAGE }),
      ]),
    );
    const ofDescription = files?.files.filter(({ attachedTo }) => attachedTo === 'ticket');
    const next: Shown = {
      ticket,
      files: before?.files ?? (ofDescription ?? []).map((file) => ({ ...file, stored: true })),
      messages: page.messages,
      older: page.older,
    };
    // What is shown stays, unless more has come meanwhile than one page has.
    const known = new Set(before?.messages.map(({ messageId }) => messageId));
    const joins = page.messages.some(({ messageId }) => known.has(messageId));
    if (before && joins) Object.assign(next, { messages: merged(before.messages, page.messages), older: before.older });
    this.shown.set(next);
  }
}

function merged(before: readonly Message[], after: readonly Message[]): Message[] {
  const all = new Map([...before, ...after].map((message) => [message.messageId, message]));
  return [...all.values()].sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
}
