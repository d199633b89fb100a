import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Draft, Place } from '../state/drafts.js';
import type { Desk, Support } from '../state/support.js';
import { useStore } from './use-store.js';

export const SupportContext = createContext<Support | undefined>(undefined);
export const DeskContext = createContext<Desk | undefined>(undefined);

export function useSupport(): Support {
  const support = useContext(SupportContext);
  if (support === undefined) throw new Error('outside of the widget');
  return support;
}

/** Where it is known who uses the widget. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('outside of the desk');
  return desk;
}

export function useDraft(place: Place): Draft {
  const { drafts } = useDesk();
  useStore(drafts.changes);
  return drafts.get(place);
}
