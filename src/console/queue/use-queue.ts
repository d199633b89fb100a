import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import {
  type Pieces,
  type QueuedTicket,
  type QueuePage,
  type SearchPage,
  useTRPC,
  useTRPCClient,
} from '../api/trpc.js';
import { useDeskEvents } from '../live/desk-events.js';
import { type DeskSearch, filtersOf } from './filters.js';

const PAGE = 100;
/** Events come in crowds: they are looked at together. */
const GATHER_MS = 400;
const MOST_NEW = 100;

/** A row of the list; of a search, with where its words were found. */
export interface Row {
  /** What is found doesn't say who is there. */
  ticket: Omit<QueuedTicket, 'presence'> & Partial<Pick<QueuedTicket, 'presence'>>;
  subject?: Pieces;
  excerpt?: Pieces;
  in?: SearchPage['hits'][number]['in'];
}

/** The list of an address: the queue by its filters and order, or what was searched for, page by page. */
export function useQueue(search: DeskSearch) {
  const trpc = useTRPC();
  const { q, sort } = search;
  const filters = filtersOf(search);
  const queue = useInfiniteQuery(
    trpc.desk.tickets.list.infiniteQueryOptions(
      { ...filters, ...(sort && { sort }), limit: PAGE },
      // It never moves by itself: what is new waits to be asked for.
      {
        getNextPageParam: (page) => page.next,
        enabled: q === undefined,
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
      },
    ),
  );
  const found = useInfiniteQuery(
    trpc.desk.search.tickets.infiniteQueryOptions(
      { ...filters, q: q ?? '', limit: PAGE },
      { getNextPageParam: (page) => page.next, enabled: q !== undefined },
    ),
  );
  const list = q === undefined ? queue : found;
  const rows = useMemo(() => {
    const all: Row[] =
      q === undefined
        ? (queue.data?.pages ?? []).flatMap(({ tickets }) => tickets.map((ticket) => ({ ticket })))
        : (found.data?.pages ?? []).flatMap(({ hits }) => hits);
    return unique(all);
  }, [q, queue.data, found.data]);
  return {
    rows,
    isPending: list.isPending,
    error: list.error,
    hasMore: list.hasNextPage,
    isLoadingMore: list.isFetchingNextPage,
    isIncomplete: found.data?.pages.some(({ complete }) => !complete) ?? false,
    loadMore: () => void (list.hasNextPage && !list.isFetching && list.fetchNextPage()),
    reload: () => void list.refetch(),
  };
}

/** While pages are walked a ticket may move and come twice: it is shown where it came first. */
function unique(rows: Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter(({ ticket: { ticketId } }) => !seen.has(ticketId) && seen.add(ticketId));
}

/**
 * What has changed since the list was read: rows that are shown get their new values where they stand, and what is not shown is
 * counted. Which tickets belong to the list is the server's to say: it is asked for those of the same filters that have changed since.
 */
export function useNewTickets(search: DeskSearch, shown: readonly Row[], isWhole: boolean) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const [news, setNews] = useState<ReadonlySet<string>>(new Set());
  const since = useRef<string>(undefined);
  /** Tickets of which more has changed than what is said on them. */
  const moved = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const filters = filtersOf(search);
  const { q, sort } = search;
  const queryKey = trpc.desk.tickets.list.infiniteQueryKey({ ...filters, ...(sort && { sort }), limit: PAGE });

  const look = useCallback(async () => {
    const updatedFrom = since.current;
    if (updatedFrom === undefined) return;
    const { tickets } = await client.desk.tickets.list.query({
      ...filters,
      updatedFrom,
      sort: 'updated',
      limit: MOST_NEW,
    });
    // Read anew meanwhile: it has them all.
    if (since.current !== updatedFrom) return;
    const fresh = new Map(tickets.map((ticket) => [ticket.ticketId, ticket]));
    queries.setQueryData<InfiniteData<QueuePage, string | null>>(queryKey, (data) => data && withFresh(data, fresh));
    const here = new Set(shown.map(({ ticket }) => ticket.ticketId));
    // What is further down in the list than its end here is not new where somebody only wrote on it.
    const isNew = ({ ticketId, createdAt }: QueuedTicket) =>
      !here.has(ticketId) && (isWhole || createdAt >= updatedFrom || moved.current.has(ticketId));
    setNews(new Set(tickets.filter(isNew).map(({ ticketId }) => ticketId)));
  }, [client, queries, queryKey, filters, shown, isWhole]);
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });

  useDeskEvents((event) => {
    if (q !== undefined) return;
    since.current ??= event.timestamp;
    if (!SAID.has(event.type)) moved.current.add(event.ticketId);
    queries.setQueryData<InfiniteData<QueuePage, string | null>>(queryKey, (data) => data && withEvent(data, event));
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void latest.current().catch(() => {});
    }, GATHER_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const show = useCallback(() => {
    since.current = undefined;
    moved.current.clear();
    setNews(new Set());
    return queries.resetQueries({ queryKey });
  }, [queries, queryKey]);

  return { count: news.size, isMore: news.size >= MOST_NEW, show };
}

type Queue = InfiniteData<QueuePage, string | null>;

function withFresh(data: Queue, fresh: ReadonlyMap<string, QueuedTicket>): Queue {
  return mapTickets(data, (ticket) => {
    const newer = fresh.get(ticket.ticketId);
    return newer !== undefined && newer.version >= ticket.version ? newer : ticket;
  });
}

/** The fields that an event tells: also of tickets that do not belong to the list any more. */
function withEvent(
  data: Queue,
  { ticketId, after, version }: { ticketId: string; after: object; version: number | null },
) {
  return mapTickets(data, (ticket) => {
    if (ticket.ticketId !== ticketId || version === null || version <= ticket.version) return ticket;
    const told = Object.entries(after).filter(([name]) => TOLD.has(name));
    return { ...ticket, ...Object.fromEntries(told) };
  });
}

/** These say what was written, and move no ticket into a view. */
const SAID = new Set(['message.added', 'note.added', 'ticket.rated', 'file.removed']);

const TOLD = new Set(['status', 'priority', 'categoryId', 'assignedAgent']);

export function mapTickets(data: Queue, change: (ticket: QueuedTicket) => QueuedTicket): Queue {
  // What stays as it is stays the same, so that of a long list only what changes is drawn.
  const pages = data.pages.map((page) => {
    const tickets = page.tickets.map(change);
    return tickets.every((ticket, index) => ticket === page.tickets[index]) ? page : { ...page, tickets };
  });
  return pages.every((page, index) => page === data.pages[index]) ? data : { ...data, pages };
}
