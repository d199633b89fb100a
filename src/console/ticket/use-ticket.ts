import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '../api/trpc.js';
import { useDeskEvents } from '../live/desk-events.js';
import { session } from '../session/session.js';
import { usePersonName } from '../ui/person.js';
import { t } from '../words/words.js';

/** A ticket that follows what happens to it, and what others have just done, in words. */
export function useTicket(ticketId: string) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const nameOf = usePersonName();
  const [news, setNews] = useState('');
  const ticket = useQuery(trpc.desk.tickets.get.queryOptions({ ticketId }));
  const key = trpc.desk.tickets.get.queryKey({ ticketId });
  useDeskEvents((event) => {
    if (event.ticketId !== ticketId) return;
    const known = queries.getQueryData(key)?.version ?? 0;
    if (event.version !== null && event.version <= known) return;
    void queries.invalidateQueries({ queryKey: key });
    void queries.invalidateQueries({ queryKey: trpc.desk.tickets.events.infiniteQueryKey({ ticketId }) });
    if (event.actor !== session.account.value?.userId) setNews(t.history.sentence(nameOf(event.actor), event));
  });
  return { ...ticket, news };
}
