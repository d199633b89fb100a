import type { SupportClient } from 'support-api/client';

interface LiveUpdates {
  client: Pick<SupportClient, 'support'>;
  /** Whose tickets: tabs of the same user share a stream. */
  user: string;
  /** One stream for all tabs of the browser; false: one for this tab. Also where the browser can't share, as on a page without TLS. */
  shared?: boolean;
  /** Something has happened, or may have: what is shown is to be read again. */
  onChange: () => void;
}

/** What a stream gives, as far as it matters here. */
interface Told {
  id: string;
  data: { type: string; resumed?: boolean };
}

/**
 * Tells of what happens to the user's tickets until the function that it gives is called. Of all tabs the one that holds a lock has the
 * stream, and tells the others. When it is closed, the next one gets the lock, and goes on after the last event that was told.
 */
export function watchTickets({ client, user, shared = true, onChange }: LiveUpdates): () => void {
  let lastEventId: string | undefined;
  const take = ({ id, data }: Told) => {
    lastEventId = id;
    // A stream that goes on where it was has missed nothing.
    if (data.type !== 'ready' || data.resumed === false) onChange();
  };
  const watch = (onData: (told: Told) => void, onError = () => {}) =>
    client.support.tickets.watch.subscribe(lastEventId === undefined ? {} : { lastEventId }, { onData, onError });

  // Where the page has no TLS there are no locks.
  const canShare = navigator.locks !== undefined && typeof BroadcastChannel !== 'undefined';
  if (!shared || !canShare) {
    const stream = watch(take);
    return () => stream.unsubscribe();
  }
  const name = `support-api: live updates of ${user}`;
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<Told>) => take(data);
  const closed = new AbortController();
  const holdStream = () =>
    new Promise<void>((leave) => {
      const tell = (told: Told) => {
        take(told);
        channel.postMessage(told);
      };
      // Refused for good, as without a valid token: another tab may have a better one.
      const stream = watch(tell, leave);
      closed.signal.addEventListener('abort', () => {
        stream.unsubscribe();
        leave();
      });
    });
  // Rejects when the tab is left while it waits.
  navigator.locks.request(name, { signal: closed.signal }, holdStream).catch(() => {});
  return () => {
    closed.abort();
    channel.close();
  };
}
