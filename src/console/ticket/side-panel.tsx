import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Ref } from 'react';
import { type DeskEvent, type DeskTicket, useTRPC } from '../api/trpc.js';
import { Button } from '../ui/button.js';
import { Due, Status } from '../ui/labels.js';
import { Person, usePersonName } from '../ui/person.js';
import { Prose } from '../ui/rich-text.js';
import { Time } from '../ui/time.js';
import { t } from '../words/words.js';
import styles from './side-panel.module.css';

const OTHERS = 6;
const EVENTS = 50;

/** What is good to know beside the conversation. */
export function SidePanel({ ticket, ref }: { ticket: DeskTicket; ref?: Ref<HTMLElement> }) {
  const { ticketId, resolution, waitingSince, firstResponseAt, resolvedAt, closedAt, createdAt } = ticket;
  const times: [string, string | null][] = [
    [t.side.opened, createdAt],
    [t.side.waiting, waitingSince],
    [t.side.answered, firstResponseAt],
    [t.side.resolved, resolvedAt],
    [t.side.closed, closedAt],
  ];
  return (
    <aside className={styles.panel} aria-label={t.side.title} ref={ref} tabIndex={-1}>
      <section>
        <h2 className={styles.title}>{t.side.ticket}</h2>
        <dl className={styles.facts}>
          <div>
            <dt>{t.side.id}</dt>
            <dd className={styles.id}>{ticketId}</dd>
          </div>
          {times.map(([name, at]) =>
            at === null ? null : (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Time at={at} />
                </dd>
              </div>
            ),
          )}
        </dl>
        <p>
          <Due {...ticket} />
        </p>
        {resolution !== null && (
          <div className={styles.resolution}>
            <strong>{t.side.resolution}</strong>
            <Prose text={resolution} />
          </div>
        )}
      </section>
      <Requester ticket={ticket} />
      <History ticketId={ticketId} />
    </aside>
  );
}

function Requester({ ticket: { userId, ticketId } }: { ticket: DeskTicket }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.desk.tickets.list.queryOptions({ requester: userId, sort: 'updated', limit: OTHERS }));
  const others = data?.tickets.filter((one) => one.ticketId !== ticketId) ?? [];
  return (
    <section>
      <h2 className={styles.title}>{t.side.requester}</h2>
      <p className={styles.name}>
        <Person id={userId} />
      </p>
      {others.length === 0 ? (
        <p className={styles.soft}>{data ? t.side.noOthers : t.loading}</p>
      ) : (
        <ul className={styles.others}>
          {others.map((other) => (
            <li key={other.ticketId}>
              <Link
                to="/tickets/$ticketId"
                params={{ ticketId: other.ticketId }}
                search={(before) => before}
                className={styles.other}
              >
                <bdi>{other.subject}</bdi>
              </Link>
              <Status status={other.status} />
            </li>
          ))}
        </ul>
      )}
      {data?.next && (
        <Link to="/" search={{ requester: userId, sort: 'updated' }}>
          {t.side.allOthers}
        </Link>
      )}
    </section>
  );
}

function History({ ticketId }: { ticketId: string }) {
  const trpc = useTRPC();
  const nameOf = usePersonName();
  const history = useInfiniteQuery(
    trpc.desk.tickets.events.infiniteQueryOptions(
      { ticketId, limit: EVENTS },
      { getNextPageParam: (page) => (page.events.length < EVENTS ? undefined : page.next) },
    ),
  );
  const events: DeskEvent[] = (history.data?.pages ?? []).flatMap((page) => page.events);
  return (
    <section>
      <h2 className={styles.title}>{t.side.history}</h2>
      <ol className={styles.events}>
        {events.map((event) => (
          <li key={event.eventId}>
            {t.history.sentence(nameOf(event.actor), event)}{' '}
            <span className={styles.soft}>
              <Time at={event.timestamp} />
            </span>
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <Button onClick={() => void history.fetchNextPage()} disabled={history.isFetching}>
          {t.side.moreHistory}
        </Button>
      )}
    </section>
  );
}
