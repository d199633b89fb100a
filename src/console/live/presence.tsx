import { useCallback, useEffect, useRef, useState } from 'react';
import { Store } from '../../browser/store.js';
import { explain } from '../api/explain.js';
import type { PresentAgent } from '../api/trpc.js';
import { session } from '../session/session.js';
import { usePersonName } from '../ui/person.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import { liveState } from './live-state.js';
import styles from './presence.module.css';

/** A beat holds three times as long. */
const BEAT_MS = 10_000;
/** Who only passes by, ticket after ticket, says nothing. */
const SETTLED_MS = 400;
/** Whoever has typed nothing for so long thinks, or is away. */
const TYPING_MS = 5000;

type Present = ReadonlyMap<string, readonly PresentAgent[]>;
const NOBODY: readonly PresentAgent[] = [];

/** Who is at which ticket, as the desk's stream tells it. */
const present = new Store<Present>(new Map());

/** All who are somewhere are told anew. */
export function forgetPresence(): void {
  present.set(new Map());
}

export function tellPresence(ticketId: string, agents: readonly PresentAgent[]): void {
  const next = new Map(present.value);
  if (agents.length === 0) next.delete(ticketId);
  else next.set(ticketId, agents);
  present.set(next);
}

/** The others who are at a ticket now; without the stream, those who were when it was read. */
function useOthersAt(ticketId: string, asRead: readonly PresentAgent[] = NOBODY): readonly PresentAgent[] {
  const told = useStore(present);
  const isLive = useStore(liveState) === 'live';
  const me = useStore(session.account)?.userId;
  const agents = isLive ? (told.get(ticketId) ?? NOBODY) : asRead;
  return agents.filter(({ agentId }) => agentId !== me);
}

/**
 * Says that this agent has the ticket before them, while it is on the screen, and whether they type. What it gives is to be called at
 * each letter, and with `false` once it is sent.
 */
export function usePresenceAt(ticketId: string): (typing: boolean) => void {
  const [isTyping, setTyping] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isThere = useRef(false);
  const type = useCallback((typing: boolean) => {
    clearTimeout(timer.current);
    setTyping(typing);
    if (typing) timer.current = setTimeout(() => setTyping(false), TYPING_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);

  const leave = useCallback(() => {
    if (!isThere.current) return;
    isThere.current = false;
    if (session.state.value === 'yes') session.client.desk.presence.leave.mutate({ ticketId }).catch(failed);
  }, [ticketId]);
  useEffect(() => leave, [leave]);

  useEffect(() => {
    const beat = () => {
      if (document.hidden || session.state.value !== 'yes') return;
      isThere.current = true;
      session.client.desk.presence.beat.mutate({ ticketId, typing: isTyping }).catch(failed);
    };
    const onVisibility = () => (document.hidden ? leave() : beat());
    const first = setTimeout(beat, isThere.current ? 0 : SETTLED_MS);
    const interval = setInterval(beat, BEAT_MS);
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      clearTimeout(first);
      clearInterval(interval);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [ticketId, isTyping, leave]);
  return type;
}

/** What is lost is made good by the next beat. */
function failed(error: unknown): void {
  if (explain(error).remedy === 'sign-in') session.expire();
}

interface WhoProps {
  ticketId: string;
  asRead: readonly PresentAgent[] | undefined;
}

/** In a ticket's head: who else is at it, in words. */
export function WhoIsHere({ ticketId, asRead }: WhoProps) {
  const nameOf = usePersonName();
  const others = useOthersAt(ticketId, asRead);
  const typing = others.filter((one) => one.typing).map(({ agentId }) => nameOf(agentId));
  const looking = others.filter((one) => !one.typing).map(({ agentId }) => nameOf(agentId));
  return (
    <span role="status" className={styles.here}>
      {typing.length > 0 && (
        <span className={styles.typing}>
          <bdi>{t.presence.typing(typing)}</bdi>
        </span>
      )}
      {looking.length > 0 && (
        <span className={styles.looking}>
          <bdi>{t.presence.looking(looking)}</bdi>
        </span>
      )}
    </span>
  );
}

/** In a row: who comes first of those who type, else of those who look. */
export function WhoIsThere({ ticketId, asRead }: WhoProps) {
  const nameOf = usePersonName();
  const others = useOthersAt(ticketId, asRead);
  const first = others.find(({ typing }) => typing) ?? others[0];
  if (first === undefined) return null;
  const words = first.typing ? t.presence.typing : t.presence.looking;
  return (
    <span
      className={`${styles.there} ${first.typing ? styles.typing : styles.looking}`}
      title={words(others.filter(({ typing }) => typing === first.typing).map(({ agentId }) => nameOf(agentId)))}
    >
      <bdi>{words([nameOf(first.agentId)])}</bdi>
    </span>
  );
}
