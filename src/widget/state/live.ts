import type { SupportOutputs } from 'support-api/client';
import { Store } from '../../browser/store.js';
import { waitMs } from './explain.js';
import type { Session } from './session.js';

type Watched = SupportOutputs['support']['tickets']['watch'] extends AsyncIterable<infer Item> ? Item : never;
type Change = Watched extends { data: infer Data } ? Data : Watched;

/** What tabs tell one another: what has come, or whether something can come. */
type Told = { id: string; change: Change } | { isCut: boolean };

interface LiveParts {
  session: Session;
  userId: string;
  api: string;
  signal: AbortSignal;
  /** Something has happened to this ticket, or may have happened to any. */
  onChange(ticketId: string | undefined, messageId: string | undefined): void;
}

/**
 * What happens to the user's tickets, by one stream for all tabs of the browser: a page may be open in many, and browsers open few
 * connections to a host. The tab that holds a lock has the stream and tells the others; when it is closed, the next one gets the lock,
 * and goes on after the last event that was told.
 */
export class Live {
  /** The stream was open and is not, or cannot be opened. */
  readonly isCut = new Store(false);
  readonly #parts: LiveParts;
  #lastEventId: string | undefined;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  begin(): void {
    const { api, userId, signal } = this.#parts;
    // Pages without TLS have no locks.
    if (navigator.locks === undefined || typeof BroadcastChannel === 'undefined') {
      void this.#hold((told) => this.#take(told));
      return;
    }
    const name = `support-widget: ${api} ${userId}`;
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }: MessageEvent<Told>) => this.#take(data);
    signal.addEventListener('abort', () => channel.close());
    const tell = (told: Told) => {
      this.#take(told);
      if (!signal.aborted) channel.postMessage(told);
    };
    // Rejects when the widget is taken off while it waits.
    navigator.locks.request(name, { signal }, () => this.#hold(tell)).catch(() => {});
  }

  #take(told: Told): void {
    if ('isCut' in told) {
      this.isCut.set(told.isCut);
      return;
    }
    const { id, change } = told;
    this.#lastEventId = id;
    // A stream that goes on where it was has missed nothing.
    if (change.type !== 'ready') this.#parts.onChange(change.ticketId, change.messageId);
    else if (!change.resumed) this.#parts.onChange(undefined, undefined);
  }

  /** Has the stream until the widget is taken off. */
  #hold(tell: (told: Told) => void): Promise<void> {
    const { session, signal } = this.#parts;
    return new Promise((leave) => {
      let failures = 0;
      let end = () => {};
      const open = () => {
        if (signal.aborted) return;
        const from = this.#lastEventId === undefined ? {} : { lastEventId: this.#lastEventId };
        const stream = session.client.support.tickets.watch.subscribe(from, {
          onData: ({ id, data }) => {
            failures = 0;
            tell({ id, change: data });
          },
          onConnectionStateChange: ({ state, error }) => {
            if (state === 'pending') tell({ isCut: false });
            else if (state === 'connecting' && error) tell({ isCut: true });
          },
          // Refused for good, as with a token that the service doesn't take: with another one it may be open.
          onError: (error) => {
            tell({ isCut: true });
            session.forget();
            void session.pause.for(waitMs(failures++, error)).then(open);
          },
        });
        end = () => stream.unsubscribe();
      };
      signal.addEventListener('abort', () => {
        end();
        leave();
      });
      open();
    });
  }
}
