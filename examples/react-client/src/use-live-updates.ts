import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTRPC, useTRPCClient } from './trpc.js';
import { watchTickets } from './watch-tickets.js';

/** Reads what is shown again whenever something has happened to the user's tickets. */
export function useLiveUpdates(user: string): void {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  useEffect(() => {
    const onChange = () => void queries.invalidateQueries({ queryKey: trpc.support.pathKey() });
    return watchTickets({ client, user, onChange });
  }, [client, queries, trpc, user]);
}
