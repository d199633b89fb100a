import type { TicketSummary } from '../state/inbox.js';
import type { Outgoing } from '../state/outbox.js';
import { t } from '../words/words.js';
import { useDesk, useSupport } from './context.js';
import { Loading, Notice, Time } from './parts.js';
import { useStore } from './use-store.js';

/** The user's tickets, and the way to a new one. */
export function Home() {
  const support = useSupport();
  const { inbox, outbox } = useDesk();
  const listed = useStore(inbox.listed);
  const failure = useStore(inbox.reader.failure);
  const onTheirWay = useStore(outbox.items).filter(({ kind }) => kind === 'ticket');
  const isEmpty = listed?.tickets.length === 0 && onTheirWay.length === 0;
  return (
    <div class="home">
      {isEmpty && (
        <div class="welcome">
          <p class="large">{t.home.empty}</p>
          <p class="soft">{t.home.emptyHint}</p>
        </div>
      )}
      <button type="button" class="button primary wide" onClick={() => support.go({ name: 'new' })}>
        {t.home.begin}
      </button>
      {!isEmpty && (
        <section aria-labelledby="requests">
          <h3 id="requests">{t.home.list}</h3>
          {listed === undefined && failure === undefined && <Loading />}
          {listed === undefined && failure !== undefined && (
            <Notice kind="bad" isAlert onAgain={inbox.reader.again}>
              {t.home.failed} {failure}
            </Notice>
          )}
          <ul class="tickets">
            {onTheirWay.map((item) => (
              <OutgoingRow key={item.id} item={item} />
            ))}
            {listed?.tickets.map((ticket) => (
              <Row key={ticket.ticketId} ticket={ticket} />
            ))}
          </ul>
          {listed?.isMore && (
            <button type="button" class="button wide" onClick={() => inbox.readMore()}>
              {t.home.more}
            </button>
          )}
        </section>
      )}
    </div>
  );
}

function Row({ ticket: { ticketId, subject, status, updatedAt } }: { ticket: TicketSummary }) {
  const support = useSupport();
  const isNew = useStore(useDesk().inbox.unread).has(ticketId);
  return (
    <li>
      <button type="button" class="row" onClick={() => support.go({ name: 'ticket', ticketId })}>
        <bdi class="subject" data-new={isNew || undefined}>
          {subject}
        </bdi>{' '}
        <span class="line">
          <Status status={status} /> {isNew && <span class="new">{t.home.answered}</span>} <Time at={updatedAt} />
        </span>
      </button>
    </li>
  );
}

function OutgoingRow({ item }: { item: Outgoing }) {
  const support = useSupport();
  return (
    <li>
      <button type="button" class="row" onClick={() => support.go({ name: 'outgoing', id: item.id })}>
        <bdi class="subject">{item.kind === 'ticket' && item.subject}</bdi>{' '}
        <span class="line">
          <span class="status">{item.state === 'refused' ? t.outbox.refused : t.outbox.sending}</span>{' '}
          <Time at={item.at} />
        </span>
      </button>
    </li>
  );
}

export function Status({ status }: { status: TicketSummary['status'] }) {
  return (
    <span class="status" data-status={status}>
      {t.status[status]}
    </span>
  );
}
