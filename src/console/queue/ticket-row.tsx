import { Link } from '@tanstack/react-router';
import { WhoIsThere } from '../live/presence.js';
import { useCategories } from '../ticket/use-categories.js';
import { Due, Priority, Status } from '../ui/labels.js';
import { usePersonName } from '../ui/person.js';
import { Highlighted } from '../ui/rich-text.js';
import { Since, Time } from '../ui/time.js';
import { t } from '../words/words.js';
import styles from './ticket-row.module.css';
import type { Row } from './use-queue.js';

interface TicketRowProps {
  row: Row;
  isOpen: boolean;
  onShiftClick(): void;
}

export function TicketRow({ row, isOpen, onShiftClick }: TicketRowProps) {
  const { ticket } = row;
  const nameOf = usePersonName();
  const { nameOfCategory } = useCategories();
  const { waitingSince, assignedAgent } = ticket;
  return (
    <Link
      to="/tickets/$ticketId"
      params={{ ticketId: ticket.ticketId }}
      search={(before) => before}
      className={styles.row}
      onClick={(event) => {
        if (!event.shiftKey) return;
        event.preventDefault();
        onShiftClick();
      }}
      aria-current={isOpen ? 'page' : undefined}
      data-waiting={waitingSince !== null || undefined}
    >
      <span className={styles.line}>
        <span className={styles.subject}>
          {row.subject ? <Highlighted pieces={row.subject} /> : <bdi>{ticket.subject}</bdi>}
        </span>
        <span className={styles.wait}>
          {waitingSince === null ? (
            <Time at={ticket.updatedAt} />
          ) : (
            <>
              <span className="visually-hidden">{t.queue.waits} </span>
              <Since at={waitingSince} />
            </>
          )}
        </span>
      </span>
      <span className={styles.line}>
        {row.excerpt ? (
          <span className={styles.excerpt}>
            {row.in === 'note' && <span className={styles.note}>{t.ticket.note} </span>}
            <Highlighted pieces={row.excerpt} />
          </span>
        ) : (
          <span className={styles.soft}>
            <bdi>{nameOf(ticket.requester)}</bdi> · {nameOfCategory(ticket.categoryId)} ·{' '}
            {assignedAgent === null ? t.nobody : <bdi>{nameOf(assignedAgent)}</bdi>}
          </span>
        )}
        <WhoIsThere ticketId={ticket.ticketId} asRead={ticket.presence} />
      </span>
      <span className={styles.labels}>
        <Status status={ticket.status} />
        <Priority priority={ticket.priority} />
        <Due {...ticket} />
      </span>
    </Link>
  );
}
