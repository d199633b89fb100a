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
import { useStore } from '../ui/use-store.js';
import { type DeskSearch, filtersOf } from './filters.js';
import { findListState, forgetListState, gaps, type ListState, listStateOf } from './list-state.js';

const PAGE = 100;
/** A list that is left keeps its pages for so long: 10,000 tickets take 5 MB. */
const KEPT_MS = 1_800_000;
/** Of a longer search nothing is read again by itself. */
const MOST_AGAIN = 3;
const FRESH_MS = 10_000;
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
        gcTime: KEPT_MS,
      },
    ),
  );
  const found = useInfiniteQuery(
    trpc.desk.search.tickets.infiniteQueryOptions(
      { ...filters, q: q ?? '', limit: PAGE },
      {
        getNextPageParam: (page) => page.next,
        enabled: q !== undefined,
        staleTime: ({ state: { data } }) =>
          (data?.pages.length ?? 0) > MOST_AGAIN ? Number.POSITIVE_INFINITY : FRESH_MS,
        gcTime: KEPT_MS,
      },
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
  const queryKey =
    q === undefined
      ? trpc.desk.tickets.list.infiniteQueryKey({ ...filters, ...(sort && { sort }), limit: PAGE })
      : trpc.desk.search.tickets.infiniteQueryKey({ ...filters, q, limit: PAGE });
  return {
    rows,
    queryKey,
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

/** Tells the lists of what happens, those that are left as well as the one that is shown; once for the whole page. */
export function useListEvents(): void {
  const trpc = useTRPC();
  const queries = useQueryClient();
  useDeskEvents((event) => {
    for (const query of queries.getQueryCache().findAll({ queryKey: trpc.desk.tickets.list.infiniteQueryKey() })) {
      const state = listStateOf(query);
      state.since ??= event.timestamp;
      if (!SAID.has(event.type)) state.moved.add(event.ticketId);
      queries.setQueryData<Queue>(query.queryKey, (data) => data && withEvent(data, event));
    }
  });
}

/**
 * What has changed since the list was read: rows that are shown get their new values where they stand, and what is not shown is
 * counted. Which tickets belong to the list is the server's to say: it is asked for those of the same filters that have changed since.
 */
export function useNewTickets(search: DeskSearch, { rows, queryKey, hasMore }: ReturnType<typeof useQueue>) {
  const client = useTRPCClient();
  const queries = useQueryClient();
  const [news, setNews] = useState<ReadonlySet<string>>(new Set());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { q } = search;

  const look = useCallback(async () => {
    const state = q === undefined ? findListState(queries, queryKey) : undefined;
    if (state === undefined) return;
    const { isBehind } = state;
    const since = isBehind ? sinceWhen(state, rows) : state.since;
    if (since === undefined) return;
    const changed = { updatedFrom: since, sort: 'updated', limit: MOST_NEW } as const;
    const [{ tickets }, others] = await Promise.all([
      client.desk.tickets.list.query({ ...filtersOf(search), ...changed }),
      // Nobody told of those that left the list.
      isBehind ? client.desk.tickets.list.query(changed) : undefined,
    ]);
    // Read anew meanwhile: it has them all.
    if (findListState(queries, queryKey) !== state) return;
    state.since = since;
    state.isBehind = false;
    const fresh = new Map([...(others?.tickets ?? []), ...tickets].map((ticket) => [ticket.ticketId, ticket]));
    queries.setQueryData<Queue>(queryKey, (data) => data && withFresh(data, fresh));
    const here = new Set(rows.map(({ ticket }) => ticket.ticketId));
    // What is further down in the list than its end here is not new where somebody only wrote on it.
    const isNew = ({ ticketId, createdAt }: QueuedTicket) =>
      !here.has(ticketId) && (!hasMore || createdAt >= since || state.moved.has(ticketId));
    setNews(new Set(tickets.filter(isNew).map(({ ticketId }) => ticketId)));
  }, [client, queries, queryKey, search, q, rows, hasMore]);
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });

  const lookSoon = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void latest.current().catch(() => {});
    }, GATHER_MS);
  }, []);
  useDeskEvents(lookSoon);
  const gap = useStore(gaps);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what happened while it was not shown, or not told
  useEffect(lookSoon, [gap]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );

  const show = useCallback(() => {
    forgetListState(queries, queryKey);
    setNews(new Set());
    return queries.resetQueries({ queryKey, exact: true });
  }, [queries, queryKey]);

  return { count: news.size, isMore: news.size >= MOST_NEW, show };
}

/** From when on a list may lack something: by the clock of the server, which the tickets themselves tell. */
function sinceWhen({ since }: ListState, rows: readonly Row[]): string | undefined {
  const latest = rows.reduce((max, { ticket: { updatedAt } }) => (updatedAt > max ? updatedAt : max), '');
  return since ?? (latest || undefined);
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
