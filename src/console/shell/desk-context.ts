import { createContext, useContext } from 'react';

interface Desk {
  /** The ticket after or before the open one in the list; none beyond its ends. */
  goTo(where: 'next' | 'previous'): void;
}

export const DeskContext = createContext<Desk>({ goTo: () => {} });

export function useDesk(): Desk {
  return useContext(DeskContext);
}
