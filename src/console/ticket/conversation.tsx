import { useInfiniteQuery } from '@tanstack/react-query';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type DeskTicket, useTRPC } from '../api/trpc.js';
import { session } from '../session/session.js';
import { Button } from '../ui/button.js';
import { useStore } from '../ui/use-store.js';
import { t } from '../words/words.js';
import styles from './conversation.module.css';
import { ConversationEntry } from './conversation-entry.js';
import { entriesOf } from './entries.js';
import { outbox } from './outbox.js';

/** Nearer to the end than this, it follows what is new. */
const AT_END_PX = 120;
const PAGE = 100;
const older = { getNextPageParam: (page: { older: string | null }) => page.older };

/** All that was said on a ticket, the newest at the end, where it is opened and stays unless somebody reads further up. */
export function Conversation({ ticket }: { ticket: DeskTicket }) {
  const trpc = useTRPC();
  const { ticketId, olderMessages, olderNotes } = ticket;
  const account = useStore(session.account);
  const all = useStore(outbox.items);
  // Where the older ones begin stays where it was when they were asked for.
  const [from, goBack] = useState<{ messages: string | null; notes: string | null }>();
  const messages = useInfiniteQuery(
    trpc.desk.messages.list.infiniteQueryOptions(
      { ticketId, limit: PAGE },
      { ...older, initialCursor: from?.messages ?? null, enabled: Boolean(from?.messages) },
    ),
  );
  const notes = useInfiniteQuery(
    trpc.desk.notes.list.infiniteQueryOptions(
      { ticketId, limit: PAGE },
      { ...older, initialCursor: from?.notes ?? null, enabled: Boolean(from?.notes) },
    ),
  );
  const entries = useMemo(
    () =>
      entriesOf({
        ticket,
        messages: (messages.data?.pages ?? []).toReversed().flatMap((page) => page.messages),
        notes: (notes.data?.pages ?? []).toReversed().flatMap((page) => page.notes),
        outgoing: all.filter((item) => item.ticketId === ticket.ticketId),
        me: account?.userId ?? '',
      }),
    [ticket, messages.data, notes.data, all, account],
  );
  const hasOlder =
    from === undefined ? olderMessages !== null || olderNotes !== null : messages.hasNextPage || notes.hasNextPage;
  const showOlder = () => {
    if (from === undefined) goBack({ messages: olderMessages, notes: olderNotes });
    else {
      if (messages.hasNextPage) void messages.fetchNextPage();
      if (notes.hasNextPage) void notes.fetchNextPage();
    }
  };
  const loaded = entries.filter(({ kind, outgoing }) => kind !== 'description' && outgoing === undefined).length;

  const scroller = useRef<HTMLElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const lastId = entries.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is new moves it
  useLayoutEffect(() => {
    if (isAtEnd && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [lastId]);
  const onScroll = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = scroller.current ?? {};
    setAtEnd(scrollHeight - scrollTop - clientHeight < AT_END_PX);
  };
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });

  return (
    <div className={styles.frame}>
      <section
        className={styles.scroller}
        ref={scroller}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        aria-label={t.ticket.conversation}
      >
        <ol className={styles.entries}>
          {entries.map((entry, index) => (
            <li key={entry.id}>
              <ConversationEntry entry={entry} ticket={ticket} />
              {index === 0 && hasOlder && (
                <p className={styles.older}>
                  <Button onClick={showOlder} disabled={messages.isFetching || notes.isFetching}>
                    {t.ticket.older(ticket.messageCount + ticket.noteCount - loaded)}
                  </Button>
                </p>
              )}
            </li>
          ))}
        </ol>
      </section>
      {!isAtEnd && (
        <Button className={styles.toEnd} onClick={toEnd}>
          ↓ {t.ticket.newest}
        </Button>
      )}
    </div>
  );
}
