import { TICKET_PRIORITIES, TICKET_STATUSES, type TicketPriority, type TicketStatus } from '../../tickets/lifecycle.js';
import type { QueueSort } from '../api/trpc.js';

export const SORTS = ['waiting', 'priority', 'updated', 'created'] as const satisfies readonly QueueSort[];

/** Which tickets, in which order: the query of the page's address, in the names that the API has for them. */
export interface DeskSearch {
  status?: TicketStatus[];
  priority?: TicketPriority[];
  categoryId?: string;
  assignee?: string;
  unassigned?: boolean;
  requester?: string;
  tag?: string;
  createdFrom?: string;
  createdTo?: string;
  updatedFrom?: string;
  updatedTo?: string;
  sort?: QueueSort;
  /** Full text: found tickets instead of the queue, without an order of their own. */
  q?: string;
}

/** Of saved views, and of addresses that somebody has written: shown, and taken away, but not offered. */
export const RANGES = ['createdFrom', 'createdTo', 'updatedFrom', 'updatedTo'] as const;

export type Filter = Exclude<keyof DeskSearch, 'sort' | 'q' | (typeof RANGES)[number]>;
export const FILTERS: readonly Filter[] = [
  'status',
  'priority',
  'categoryId',
  'assignee',
  'unassigned',
  'requester',
  'tag',
];

/** What an address may say: whatever else is in it is left out, as if it were not there. */
export function readSearch(raw: Record<string, unknown>): DeskSearch {
  const status = listOf(TICKET_STATUSES, raw.status);
  const priority = listOf(TICKET_PRIORITIES, raw.priority);
  const sort = SORTS.find((one) => one === raw.sort);
  const unassigned = { true: true, false: false }[String(raw.unassigned)];
  const texts = Object.fromEntries(
    // The search has no ranges.
    (['categoryId', 'assignee', 'requester', 'tag', 'q', ...(raw.q ? [] : RANGES)] as const)
      .map((name) => [name, typeof raw[name] === 'string' ? raw[name] : ''] as const)
      .filter(([, value]) => value.trim() !== ''),
  );
  return {
    ...(status && { status }),
    ...(priority && { priority }),
    ...(unassigned !== undefined && { unassigned }),
    ...texts,
    ...(sort && { sort }),
  };
}

function listOf<T extends string>(known: readonly T[], raw: unknown): T[] | undefined {
  const named = Array.isArray(raw) ? raw : String(raw ?? '').split(',');
  const found = known.filter((one) => named.includes(one));
  return found.length > 0 ? found : undefined;
}

/** As the REST queue has it: lists with commas. */
export function searchToQuery(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined) query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = query.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}

export function queryToSearch(query: string): Record<string, unknown> {
  return Object.fromEntries(new URLSearchParams(query));
}

export function filtersOf({ sort: _sort, q: _q, ...filters }: DeskSearch): Omit<DeskSearch, 'sort' | 'q'> {
  return filters;
}

export function hasSameFilters(one: DeskSearch, other: DeskSearch): boolean {
  return searchToQuery(sorted(filtersOf(one))) === searchToQuery(sorted(filtersOf(other)));
}

function sorted(search: DeskSearch): Record<string, unknown> {
  return Object.fromEntries(Object.entries(search).sort(([a], [b]) => (a < b ? -1 : 1)));
}
