import type { SupportOutputs } from 'support-api/client';
import { Store } from '../../browser/store.js';
import type { WidgetOptions } from '../options.js';
import { t } from '../words/words.js';
import { Conversation } from './conversation.js';
import { Drafts } from './drafts.js';
import { Inbox } from './inbox.js';
import { forgetOldTexts, Kept } from './kept.js';
import { Live } from './live.js';
import { Outbox, type Outgoing, type Sent } from './outbox.js';
import { keepPlace, keptPlace, NARROW } from './place.js';
import { Reader } from './reader.js';
import { Session } from './session.js';
import { Uploads } from './uploads.js';

export type Category = SupportOutputs['support']['categories']['list'][number];

export type View = { name: 'home' | 'new' } | { name: 'ticket'; ticketId: string } | { name: 'outgoing'; id: string };

/** What there is once it is known who uses the widget. */
export class Desk {
  readonly userId: string;
  readonly session: Session;
  readonly drafts: Drafts;
  readonly uploads: Uploads;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly live: Live;
  readonly categories = new Store<readonly Category[] | undefined>(undefined);
  readonly readCategories: Reader;
  readonly conversation = new Store<Conversation | undefined>(undefined);
  readonly #kept: Kept;
  readonly #support: Support;

  constructor(support: Support, api: string, userId: string) {
    const { session, signal } = support;
    this.userId = userId;
    this.session = session;
    this.#support = support;
    forgetOldTexts();
    const kept = new Kept(userId);
    this.#kept = kept;
    this.drafts = new Drafts(kept);
    this.uploads = new Uploads(session, this.drafts, signal);
    const onSent = (item: Outgoing, sent: Sent) => this.#onSent(item, sent);
    this.outbox = new Outbox({ kept, session, drafts: this.drafts, signal, onSent });
    this.inbox = new Inbox({ session, userId, kept, signal });
    this.readCategories = new Reader(session, signal, async () => {
      this.categories.set(await session.call((client) => client.support.categories.list.query()));
    });
    const onChange = (ticketId: string | undefined) => {
      void this.inbox.reader.read();
      const shown = this.conversation.value;
      if (shown && (ticketId ?? shown.ticketId) === shown.ticketId) void shown.reader.read();
    };
    this.live = new Live({ session, userId, api, signal, onChange });
    signal.addEventListener('abort', () => this.conversation.value?.end());
    void this.inbox.reader.read();
    this.outbox.load();
    this.live.begin();
  }

  /** The conversation of the view, which is read when it comes on the screen. */
  show(view: View): void {
    if (view.name === 'new') void this.readCategories.read();
    const ticketId = view.name === 'ticket' ? view.ticketId : undefined;
    if (this.conversation.value?.ticketId === ticketId) return;
    this.conversation.value?.end();
    this.conversation.set(ticketId === undefined ? undefined : new Conversation(this.session, ticketId));
  }

  /** After they have signed in again: what was refused meanwhile. */
  readAgain(): void {
    void this.inbox.reader.read();
    void this.conversation.value?.reader.read();
  }

  isRated(ticketId: string): boolean {
    return this.#kept.get<true>(`rated/${ticketId}`) ?? false;
  }

  setRated(ticketId: string): void {
    this.#kept.set(`rated/${ticketId}`, true);
  }

  #onSent(item: Outgoing, { ticketId, messageId, timestamp }: Sent): void {
    const { conversation, userId } = this;
    if (messageId !== undefined && conversation.value?.ticketId === ticketId) {
      const files = item.files.map((file) => ({ ...file, stored: true }));
      const attachments = files.map(({ fileId }) => fileId);
      conversation.value.add({ messageId, sender: userId, content: item.text, attachments, files, timestamp });
      void conversation.value.reader.read();
    }
    void this.inbox.reader.read();
    this.#support.onSent(item, ticketId);
  }
}

/** The widget without its looks: who uses it, where they are in it, and what it has said to the page. */
export class Support {
  /** Where the service is. */
  readonly api: string;
  readonly session: Session;
  readonly desk = new Store<Desk | undefined>(undefined);
  readonly view = new Store<View>({ name: 'home' });
  readonly isOpen = new Store(false);
  /** Focus was in the panel when it was closed: it goes to what opens it. */
  wasFocused = false;
  readonly focusWanted = new Store<{ selector: string } | undefined>(undefined);
  /** It was open on the page before: the focus is that page's. */
  isRestored = false;
  /** What is read aloud to who doesn't see it. */
  readonly announced = new Store('');
  readonly unreadCount = new Store(0);
  readonly #end = new AbortController();

  constructor(api: string, { getToken, onUnread }: WidgetOptions, onOtherUser: () => void) {
    const { signal } = this;
    this.api = api;
    this.session = new Session({ api, getToken, signal, onOtherUser });
    this.session.state.subscribe(() => {
      const { value: state } = this.session.state;
      if (state.name !== 'ready') return;
      this.session.pause.wake();
      if (this.desk.value === undefined) this.#begin(new Desk(this, api, state.userId), onUnread);
      else this.desk.value.readAgain();
    });
    this.view.subscribe(() => this.desk.value?.show(this.view.value));
    for (const store of [this.view, this.isOpen]) store.subscribe(() => this.#keepPlace());
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  end(): void {
    this.#end.abort();
  }

  open(view = this.view.value): void {
    this.isRestored = false;
    this.go(view);
    this.isOpen.set(true);
  }

  go(view: View): void {
    this.isRestored = false;
    this.view.set(view);
  }

  /** Opens it where somebody was on the page before. */
  #restorePlace({ userId }: Desk): void {
    const view = keptPlace(userId);
    if (view === undefined || this.isOpen.value || matchMedia(NARROW).matches) return;
    this.isRestored = true;
    this.view.set(view);
    this.isOpen.set(true);
  }

  #keepPlace(): void {
    const userId = this.desk.value?.userId;
    if (userId !== undefined) keepPlace(this.isOpen.value ? { userId, view: this.view.value } : undefined);
  }

  /** What had the focus is going: it is to be on something else in the panel, by default on its title. */
  refocus(selector = '#title'): void {
    this.focusWanted.set({ selector });
  }

  announce(text: string): void {
    // The same again is read again.
    this.announced.set(this.announced.value === text ? `${text} ` : text);
  }

  onSent(item: Outgoing, ticketId: string): void {
    const { value: view } = this.view;
    if (view.name === 'outgoing' && view.id === item.id) this.go({ name: 'ticket', ticketId });
  }

  #begin(desk: Desk, onUnread: WidgetOptions['onUnread']): void {
    const tell = () => {
      const { size } = desk.inbox.unread.value;
      if (size === this.unreadCount.value && isTold) return;
      isTold = true;
      if (size > this.unreadCount.value && !this.isOpen.value) this.announce(t.unread(size));
      this.unreadCount.set(size);
      // What the page does then is its own, failures included.
      if (onUnread) queueMicrotask(() => onUnread(size));
    };
    let isTold = false;
    desk.inbox.unread.subscribe(tell);
    this.desk.set(desk);
    desk.show(this.view.value);
    this.#restorePlace(desk);
  }
}
