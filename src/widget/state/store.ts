import { useLayoutEffect, useReducer } from 'preact/hooks';

/** A value that is changed outside of the tree of components, and shown in it. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}

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
