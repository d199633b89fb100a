import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';
import { Store } from '../../browser/store.js';

/** What is known of a list beside its pages: for as long as they are in the cache, also while something else is shown. */
export interface ListState {
  /** How far it is scrolled, in pixels. */
  offset: number;
  /** When the first thing happened that its pages don't say; absent: nothing has. */
  since: string | undefined;
  /** Tickets of which more has changed than what is said on them. */
  moved: Set<string>;
  /** Whether something may have happened that nobody told. */
  isBehind: boolean;
}

const states = new WeakMap<Query, ListState>();

export function listStateOf(query: Query): ListState {
  const state = states.get(query) ?? { offset: 0, since: undefined, moved: new Set(), isBehind: false };
  states.set(query, state);
  return state;
}

/** Of a list that is shown, which is therefore in the cache. */
export function findListState(queries: QueryClient, queryKey: QueryKey): ListState | undefined {
  const query = queries.getQueryCache().find({ queryKey, exact: true });
  return query && listStateOf(query);
}

export function forgetListState(queries: QueryClient, queryKey: QueryKey): void {
  const query = queries.getQueryCache().find({ queryKey, exact: true });
  if (query) states.delete(query);
}

/** How often lists have fallen behind. */
export const gaps = new Store(0);

/**
 * Reads again what was read under a key, all by default. Lists never move by themselves, and may have a hundred pages: of
 * those only what has changed is asked for.
 */
export function readAgain(queries: QueryClient, listKey: QueryKey, queryKey: QueryKey = []): void {
  const lists = new Set(
    queries
      .getQueryCache()
      .findAll({ queryKey: listKey })
      .filter(({ state }) => state.data !== undefined && state.status !== 'error'),
  );
  for (const list of lists) listStateOf(list).isBehind = true;
  gaps.set(gaps.value + 1);
  void queries.invalidateQueries({ queryKey, predicate: (query) => !lists.has(query) });
}
