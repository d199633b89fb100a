import { useLayoutEffect, useRef } from 'react';
import { Store } from '../../browser/store.js';

export type Group = 'ticket' | 'move' | 'view' | 'console';

/** Something to do: by its key, from the command bar, and in the list of keys. */
export interface Command {
  id: string;
  label: string;
  group: Group;
  /** As the keyboard calls it: `r`, `?`, `Enter`. */
  key?: string;
  run(): void;
}

type Source = { current: readonly Command[] };
const sources = new Store<readonly Source[]>([]);

/** What can be done while this component is on the screen. */
export function useCommands(commands: readonly Command[]): void {
  const source = useRef(commands);
  useLayoutEffect(() => {
    source.current = commands;
  });
  // Before it is painted: whoever sees it may press its keys.
  useLayoutEffect(() => {
    sources.set([...sources.value, source]);
    return () => sources.set(sources.value.filter((one) => one !== source));
  }, []);
}

/** All that can be done now. */
export function currentCommands(): Command[] {
  return sources.value.flatMap(({ current }) => current);
}
