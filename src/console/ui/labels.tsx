import type { TicketPriority, TicketStatus } from '../api/trpc.js';
import { t } from '../words/words.js';
import styles from './labels.module.css';
import { duration, useNow } from './time.js';

const STATUS_LOOKS: Record<TicketStatus, string | undefined> = {
  Open: styles.open,
  'In Progress': styles.progress,
  Resolved: styles.resolved,
  Closed: styles.closed,
};

export function Status({ status }: { status: TicketStatus }) {
  return <span className={`${styles.label} ${STATUS_LOOKS[status]}`}>{t.status[status]}</span>;
}

const MARKS: Record<TicketPriority, string> = { Low: '▽', Medium: '–', High: '△', Critical: '▲' };

export function Priority({ priority }: { priority: TicketPriority }) {
  const isUrgent = priority === 'Critical' || priority === 'High';
  return (
    <span className={`${styles.priority} ${isUrgent ? styles[priority.toLowerCase()] : ''}`}>
      <span aria-hidden="true">{MARKS[priority]}</span> {t.priority[priority]}
    </span>
  );
}

const SOON_MS = 60 * 60_000;

interface DueProps {
  firstResponseDueAt: string | null;
  resolutionDueAt: string | null;
}

/** What is due next, and in how long; nothing where nothing is. */
export function Due({ firstResponseDueAt, resolutionDueAt }: DueProps) {
  const now = useNow();
  const [first] = [
    { at: firstResponseDueAt, what: t.due.firstResponse },
    { at: resolutionDueAt, what: t.due.resolution },
  ]
    .filter((one): one is { at: string; what: string } => one.at !== null)
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  if (first === undefined) return null;
  const leftMs = Date.parse(first.at) - now;
  const look = leftMs < 0 ? styles.overdue : leftMs < SOON_MS ? styles.soon : styles.later;
  const text = leftMs < 0 ? t.due.overdue(first.what, duration(-leftMs)) : t.due.in(first.what, duration(leftMs));
  return <span className={`${styles.due} ${look}`}>{text}</span>;
}
