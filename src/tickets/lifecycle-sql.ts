import { type Author, statusAfterMessage, TICKET_STATUSES } from './lifecycle.js';

/** Closed is final. For a `WHERE`. */
export const NOT_CLOSED = `status <> 'Closed'`;

/**
 * statusAfterMessage() as an SQL expression over a row of `tickets` and the value `:sender`, written out from the
 * function itself: the row needs no look before it is changed.
 */
export function statusAfterMessageSql(): string {
  const cases = AUTHORS.flatMap(([author, isAuthor]) =>
    TICKET_STATUSES.flatMap((status) =>
      ASSIGNED.flatMap(([assigned, isAssigned]) => {
        const next = statusAfterMessage(status, author, assigned);
        if (next === undefined || next === status) return [];
        return `WHEN ${isAuthor} AND status = '${status}' AND ${isAssigned} THEN '${next}'`;
      }),
    ),
  );
  return `CASE ${cases.join(' ')} ELSE status END`;
}

/**
 * Who waits for whom after a message of `:sender`, at the time that an expression gives: for a `SET`. A customer waits
 * since the oldest of their words that nobody has answered; what they write on a resolved ticket reopens it, and how it was
 * resolved holds no more.
 */
export function answeringSql(now: string): string {
  const fromRequester = 'user_id = :sender';
  return `
    waiting_since = CASE WHEN ${fromRequester} THEN COALESCE(waiting_since, ${now}) END,
    first_response_at = CASE WHEN ${fromRequester} THEN first_response_at ELSE COALESCE(first_response_at, ${now}) END,
    resolved_at = CASE WHEN ${fromRequester} THEN NULL ELSE resolved_at END,
    resolution = CASE WHEN ${fromRequester} THEN NULL ELSE resolution END`;
}

const AUTHORS: [Author, string][] = [
  ['requester', 'user_id = :sender'],
  ['desk', 'user_id <> :sender'],
];
const ASSIGNED: [boolean, string][] = [
  [true, 'assigned_agent IS NOT NULL'],
  [false, 'assigned_agent IS NULL'],
];
