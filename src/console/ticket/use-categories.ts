import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../api/trpc.js';

const KEPT_MS = 5 * 60_000;

/** What tickets can be about: the active ones, and the names of all. */
export function useCategories() {
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.desk.categories.list.queryOptions(undefined, { staleTime: KEPT_MS }));
  return {
    categories: data.filter(({ archivedAt }) => archivedAt === null),
    nameOfCategory: (categoryId: string) => data.find((one) => one.categoryId === categoryId)?.name ?? categoryId,
  };
}
