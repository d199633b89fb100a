import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type SavedView, useTRPC, useTRPCClient } from '../api/trpc.js';
import { type DeskSearch, filtersOf } from './filters.js';

/** The views that somebody has saved, and what can be done with them. What is done rejects with the server's refusal. */
export function useSavedViews() {
  const trpc = useTRPC();
  const { desk } = useTRPCClient();
  const queries = useQueryClient();
  const { data: views = [] } = useQuery(trpc.desk.views.list.queryOptions());
  const thenRead = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await queries.invalidateQueries({ queryKey: trpc.desk.views.list.queryKey() });
    }
  };
  return {
    views,
    save: (name: string, search: DeskSearch, shared: boolean) =>
      thenRead(desk.views.create.mutate({ name, shared, ...asked(search) })),
    change: (viewId: string, change: { name?: string; shared?: boolean }) =>
      thenRead(desk.views.change.mutate({ viewId, ...change })),
    replace: (viewId: string, search: DeskSearch) => thenRead(desk.views.change.mutate({ viewId, ...asked(search) })),
    remove: (viewId: string) => thenRead(desk.views.delete.mutate({ viewId })),
  };
}

function asked(search: DeskSearch) {
  return { filters: filtersOf(search), sort: search.sort ?? 'waiting' };
}

/** The address that a view is; undefined where its filters are not known. */
export function searchOf({ filters, sort }: SavedView): DeskSearch | undefined {
  return filters === null ? undefined : ({ ...filters, sort } as DeskSearch);
}
