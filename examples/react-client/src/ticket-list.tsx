import { useInfiniteQuery } from '@tanstack/react-query';
import { useTRPC } from './trpc.js';

const LIMIT = 20;

/** The user's own tickets, newest first. */
export function TicketList({ onOpen }: { onOpen: (ticketId: string) => void }) {
  const trpc = useTRPC();
  const tickets = useInfiniteQuery(
    trpc.support.tickets.list.infiniteQueryOptions(
      { limit: LIMIT },
      {
        initialCursor: 1,
        // Its pages have numbers: a short one is the last.
        getNextPageParam: (page, pages) => (page.length < LIMIT ? undefined : pages.length + 1),
      },
    ),
  );
  if (tickets.isPending) return <p>Loading…</p>;
  if (tickets.isError) return <p role="alert">{tickets.error.message}</p>;
  return (
    <main>
      <h1>Your tickets</h1>
      <ul>
        {tickets.data.pages.flat().map(({ ticketId, subject, status }) => (
          <li key={ticketId}>
            <button type="button" onClick={() => onOpen(ticketId)}>
              {subject} ({status})
            </button>
          </li>
        ))}
      </ul>
      {tickets.hasNextPage && (
        <button type="button" disabled={tickets.isFetching} onClick={() => tickets.fetchNextPage()}>
          More
        </button>
      )}
    </main>
  );
}
