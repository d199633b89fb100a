import { useLayoutEffect, useReducer } from 'preact/hooks';
import type { Store } from '../../browser/store.js';

export function useStore<T>(store: Store<T>): T {
  const [, render] = useReducer((count: number, _: undefined) => count + 1, 0);
  const { value } = store;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown changes, and the store stays
  useLayoutEffect(() => {
    const again = () => render(undefined);
    // It may have changed since it was shown.
    if (!Object.is(store.value, value)) again();
    return store.subscribe(again);
  }, [store]);
  return value;
}
