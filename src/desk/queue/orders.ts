import type { Time } from '../../db/sql/column-types.js';
import type { Fragments } from '../../db/sql/fragments.js';
import { type AliasableExpression, expressionBuilder, fragment } from '../../db/sql/kysely.js';
import type { Tables } from '../../db/sql/tables.js';
import { TICKET_PRIORITIES } from '../../tickets/lifecycle.js';
import type { QueueSort } from './schemas.js';

/**
 * An order of the queue, and with it the index that is scanned for it: see the migration 20261124121000_desk_queue, which
 * has these expressions to the letter. Each begins with the status, so each status is scanned by itself.
 */
export interface Order {
  /** The time that it goes by; ties are broken by id. */
  time(fragments: Pick<Fragments, 'time'>): AliasableExpression<Time>;
  readonly direction: 'asc' | 'desc';
  /** The index has the rank of the priority before the time: each priority is scanned by itself, too. */
  readonly byRank: boolean;
  /** The rank comes before the time in the order as well. */
  readonly ranked: boolean;
  /** The time is an expression, and very many tickets have one and the same. */
  readonly ofAlike?: true;
  /** The time has a range that can be asked for: the index begins and ends with it. */
  readonly range?: 'created' | 'updated';
}

const tickets = expressionBuilder<Tables, 'tickets'>();

/** In the place of a time where nobody waits: behind all who do. */
const NEVER = '9999-12-31T23:59:59.999Z';
export const never = ({ time }: Pick<Fragments, 'time'>) => time(NEVER);

export const waitingSince = (fragments: Pick<Fragments, 'time'>): AliasableExpression<Time> =>
  tickets.fn.coalesce('waiting_since', never(fragments));

const createdAt = () => tickets.ref('created_at');
const updatedAt = () => tickets.ref('updated_at');

export const ORDERS: Record<QueueSort, Order> = {
  waiting: { time: waitingSince, direction: 'asc', byRank: false, ranked: false, ofAlike: true },
  priority: { time: createdAt, direction: 'asc', byRank: true, ranked: true, range: 'created' },
  updated: { time: updatedAt, direction: 'desc', byRank: false, ranked: false, range: 'updated' },
  created: { time: createdAt, direction: 'desc', byRank: true, ranked: false, range: 'created' },
};

/** Most urgent first: `Critical` is 1. */
export const BY_URGENCY = TICKET_PRIORITIES.toReversed();

const ranks = BY_URGENCY.slice(0, -1).map((priority, index) => fragment`WHEN ${priority} THEN ${index + 1}`);
/** Of a ticket's priority, as the index has it. */
export const RANK = fragment<number>`(CASE ${tickets.ref('priority')} ${fragment.join(ranks, fragment` `)} ELSE ${BY_URGENCY.length} END)`;
