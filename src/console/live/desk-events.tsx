import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { explain } from '../api/explain.js';
import { type DeskEvent, useTRPC } from '../api/trpc.js';
import { readAgain } from '../queue/list-state.js';
import { session } from '../session/session.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import styles from './desk-events.module.css';
import { liveState } from './live-state.js';
import { forgetPresence, tellPresence } from './presence.js';

const listeners = new Set<(event: DeskEvent) => void>();

/** Tells of each event of the desk while the component is on the screen. */
export function useDeskEvents(onEvent: (event: DeskEvent) => void): void {
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  });
  useEffect(() => {
    const listener = (event: DeskEvent) => latest.current(event);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
}

/** Follows the feed of the desk, for all who want to know; once for the whole page. */
export function useDeskFeed(): void {
  const queries = useQueryClient();
  const trpc = useTRPC();
  const signed = useStore(session.state);
  useEffect(() => {
    if (signed !== 'yes') return;
    let hasBegun = false;
    const subscription = session.client.desk.events.watch.subscribe(
      { presence: true },
      {
        onData: ({ data }) => {
          if (data.type === 'ready') {
            // What happened meanwhile is not told: what is shown is read again.
            if (!data.resumed && hasBegun) {
              readAgain(queries, trpc.desk.tickets.list.infiniteQueryKey(), trpc.desk.pathKey());
            }
            hasBegun = true;
            forgetPresence();
          } else if (data.type === 'presence') tellPresence(data.ticketId, data.presence);
          else {
            for (const listener of listeners) listener(data);
          }
        },
        onConnectionStateChange: ({ state }) => liveState.set(state === 'pending' ? 'live' : 'connecting'),
        onError: (error) => {
          liveState.set('off');
          if (explain(error).remedy === 'sign-in') session.expire();
        },
      },
    );
    return () => subscription.unsubscribe();
  }, [signed, queries, trpc]);
}

/** Whether what is on the screen follows what happens. */
export function LiveStatus() {
  const state = useStore(liveState);
  return (
    <span className={styles.status} data-state={state} role="status" title={t.live.title[state]}>
      {t.live[state]}
    </span>
  );
}
