import type { Time } from '../db/sql/column-types.js';
import { type Expression, expressionBuilder, fragment, type SqlBool } from '../db/sql/kysely.js';
import type { Tables } from '../db/sql/tables.js';
import { type Author, statusAfterMessage, TICKET_STATUSES, type TicketStatus } from './lifecycle.js';

const tickets = expressionBuilder<Tables, 'tickets'>();

/** Closed is final. For a `WHERE`. */
export const isNotClosed = () => tickets('tickets.status', '<>', 'Closed');

/**
 * statusAfterMessage() as an SQL expression over a row of `tickets` and whoever writes, written out from the function
 * itself: the row needs no look before it is changed.
 */
export function statusAfterMessageSql(sender: Expression<string>) {
  const cases = AUTHORS.flatMap(([author, isAuthor]) =>
    TICKET_STATUSES.flatMap((status) =>
      ASSIGNED.flatMap(([assigned, isAssigned]) => {
        const next = statusAfterMessage(status, author, assigned);
        if (next === undefined || next === status) return [];
        const when = tickets.and([isAuthor(sender), tickets('tickets.status', '=', status), isAssigned]);
        return [fragment`WHEN ${when} THEN ${next}`];
      }),
    ),
  );
  return fragment<TicketStatus>`CASE ${fragment.join(cases, fragment` `)} ELSE ${tickets.ref('tickets.status')} END`;
}

/**
 * Who waits for whom after a message, at a time: for a `SET`. A customer waits since the oldest of their words that nobody
 * has answered; what they write on a resolved ticket reopens it, and how it was resolved
 * holds no more.
 */
export function answeringSql(sender: Expression<string>, now: Expression<Time>) {
  const ifRequester = <V>(then: Expression<V | null>, otherwise: Expression<V | null>) =>
    fragment<V | null>`CASE WHEN ${isRequester(sender)} THEN ${then} ELSE ${otherwise} END`;
  const since = (column: 'tickets.waiting_since' | 'tickets.first_response_at') => tickets.fn.coalesce(column, now);
  const none = fragment<null>`NULL`;
  return {
    waiting_since: ifRequester(since('tickets.waiting_since'), none),
    first_response_at: ifRequester(tickets.ref('tickets.first_response_at'), since('tickets.first_response_at')),
    resolved_at: ifRequester(none, tickets.ref('tickets.resolved_at')),
    resolution: ifRequester(none, tickets.ref('tickets.resolution')),
  };
}

const isRequester = (sender: Expression<string>) => tickets('tickets.user_id', '=', sender);

const AUTHORS: [Author, (sender: Expression<string>) => Expression<SqlBool>][] = [
  ['requester', isRequester],
  ['desk', (sender) => tickets('tickets.user_id', '<>', sender)],
];
const ASSIGNED: [boolean, Expression<SqlBool>][] = [
  [true, tickets('tickets.assigned_agent', 'is not', null)],
  [false, tickets('tickets.assigned_agent', 'is', null)],
];
