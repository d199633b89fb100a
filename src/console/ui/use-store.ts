import { useSyncExternalStore } from 'react';
import type { Store } from '../../browser/store.js';

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, () => store.value);
}
