import { TICKET_STATUSES, type TicketPriority, type TicketStatus } from '../../tickets/lifecycle.js';
import { type Asked, askedFilters, askedRanges, type RangeEnd } from './filters.js';
import { BY_URGENCY, ORDERS } from './orders.js';
import type { ListQueueInput, QueueSort } from './schemas.js';

/** How many tickets of each index range are looked at for filters that no index serves. */
export const SCAN_LIMIT = 10_000;

/** A place in an order. `rank`: 0 where the order doesn't go by it. */
export interface Place {
  rank: number;
  timeAt: string;
  ticketId: string;
}

export interface Conditions extends Asked {
  readonly ranges?: readonly RangeEnd[];
}

/** What a page is asked for, but for the values. */
export interface Scan {
  readonly sort: QueueSort;
  /** Of which statuses there are index ranges; and of which priorities, where the index has them. */
  readonly statuses: readonly TicketStatus[];
  readonly priorities: readonly TicketPriority[];
  /** By which filter few tickets are left. */
  readonly prefilter?: 'requester' | 'tag';
  /** What bounds all index ranges alike: the range of the order's own time. Of a prefiltered set, all that is asked for. */
  readonly bounding: Conditions;
  /** What tickets are looked at for, one by one. */
  readonly remaining: Conditions;
}

/** A scan between two places. */
export interface BoundedScan extends Scan {
  /** The rank of the place that it begins behind. */
  readonly after?: number | undefined;
  /** The rank of the last place that is looked at. */
  readonly end?: number | undefined;
  /** Both are of one rank and one time. */
  readonly atOneTime?: boolean;
}

export function scanFor(input: ListQueueInput, { tagIsRare }: { tagIsRare: boolean }): Scan {
  const { sort, priority } = input;
  const { byRank, range } = ORDERS[sort];
  const statuses = [...new Set(input.status ?? TICKET_STATUSES)];
  const asked = { ...askedFilters(input), ...(priority && { priority }) };
  const ranges = askedRanges(input);
  const prefilter = input.requester !== undefined ? 'requester' : tagIsRare ? 'tag' : undefined;
  if (prefilter !== undefined) {
    const bounding = { ...asked, status: statuses, ranges };
    return { sort, statuses, priorities: BY_URGENCY, prefilter, bounding, remaining: {} };
  }
  const own = ranges.filter((end) => range !== undefined && end.startsWith(range));
  const others = ranges.filter((end) => !own.includes(end));
  const { priority: _, ...filters } = asked;
  return {
    sort,
    statuses,
    priorities: priority ?? BY_URGENCY,
    bounding: own.length > 0 ? { ranges: own } : {},
    remaining: { ...(byRank ? filters : asked), ...(others.length > 0 && { ranges: others }) },
  };
}

/** Whether tickets are looked at one by one, so that the scan has a limit. */
export function isLimited({ remaining }: Scan): boolean {
  return Object.keys(remaining).length > 0;
}

export function between(scan: Scan, after: Place | undefined, end: Place | undefined): BoundedScan {
  const atOneTime = after !== undefined && after.rank === end?.rank && after.timeAt === end.timeAt;
  return { ...scan, after: after?.rank, end: end?.rank, atOneTime };
}
