import type { Dialect } from '../../db/sql/statement.js';
import { TICKET_PRIORITIES } from '../../tickets/lifecycle.js';
import type { QueueSort } from './schemas.js';

/**
 * An order of the queue, and with it the index that is walked for it: see the migration 20261124121000_desk_queue, which
 * has these expressions to the letter. Each begins with the status, so each status is walked by itself.
 */
export interface Order {
  /** The time that it goes by; ties are broken by id. */
  time(dialect: Dialect): string;
  readonly descending: boolean;
  /** The index has the rank of the priority before the time: each priority is walked by itself, too. */
  readonly byRank: boolean;
  /** The rank comes before the time in the order as well. */
  readonly ranked: boolean;
  /** The time is an expression, and very many tickets have one and the same. */
  readonly ofAlike?: true;
  /** The time has a range that can be asked for: the index begins and ends with it. */
  readonly range?: 'created' | 'updated';
}

/** In the place of a time where nobody waits: behind all who do. */
const NEVER = '9999-12-31T23:59:59.999Z';

export const WAITING = ({ time }: Dialect) => `COALESCE(waiting_since, ${time(NEVER)})`;

export const ORDERS: Record<QueueSort, Order> = {
  waiting: { time: WAITING, descending: false, byRank: false, ranked: false, ofAlike: true },
  priority: { time: () => 'created_at', descending: false, byRank: true, ranked: true, range: 'created' },
  updated: { time: () => 'updated_at', descending: true, byRank: false, ranked: false, range: 'updated' },
  created: { time: () => 'created_at', descending: true, byRank: true, ranked: false, range: 'created' },
};

/** Most urgent first: `Critical` is 1. */
export const BY_URGENCY = TICKET_PRIORITIES.toReversed();

const ranks = BY_URGENCY.slice(0, -1).map((priority, index) => `WHEN '${priority}' THEN ${index + 1}`);
export const RANK = `(CASE priority ${ranks.join(' ')} ELSE ${BY_URGENCY.length} END)`;
