import { useRef, useState } from 'react';
import { tell } from '../ui/toasts.js';
import { t } from '../words/words.js';
import type { Row } from './use-queue.js';

/** As many as one call changes. */
const MOST = 100;

/** Which tickets of a list are chosen: one by one, or all from the last one to another. */
export function useSelection(rows: readonly Row[]) {
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>(undefined);
  const set = (ids: readonly string[]) => {
    if (ids.length > MOST) tell(t.bulk.most(MOST));
    choose(new Set(ids.slice(0, MOST)));
  };
  const toggle = (ticketId: string) => {
    last.current = ticketId;
    set(chosen.has(ticketId) ? [...chosen].filter((id) => id !== ticketId) : [...chosen, ticketId]);
  };
  const chooseTo = (ticketId: string) => {
    const ids = rows.map(({ ticket }) => ticket.ticketId);
    const [from, to] = [ids.indexOf(last.current ?? ticketId), ids.indexOf(ticketId)].sort((a, b) => a - b);
    last.current = ticketId;
    set([...new Set([...chosen, ...ids.slice(Math.max(0, from ?? 0), (to ?? 0) + 1)])]);
  };
  return { chosen, toggle, chooseTo, clear: () => choose(new Set()) };
}
