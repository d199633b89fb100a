import type { SupportOutputs } from 'support-api/client';
import type { DeskSearch } from './filters.js';

type Counts = SupportOutputs['desk']['tickets']['counts'];

const AT_WORK: Pick<DeskSearch, 'status'> = { status: ['Open', 'In Progress'] };

export type ViewId = 'open' | 'mine' | 'unassigned' | 'resolved' | 'closed' | 'all';

export interface View {
  id: ViewId;
  search: DeskSearch;
  /** How many tickets it has. */
  count?(counts: Counts): number;
}

/** What everybody has; a view is nothing but an address. */
export const VIEWS: readonly View[] = [
  { id: 'open', search: AT_WORK, count: (of) => of.Open.total + of['In Progress'].total },
  { id: 'mine', search: { ...AT_WORK, assignee: 'me' }, count: (of) => of.Open.mine + of['In Progress'].mine },
  {
    id: 'unassigned',
    search: { ...AT_WORK, unassigned: true },
    count: (of) => of.Open.unassigned + of['In Progress'].unassigned,
  },
  { id: 'resolved', search: { status: ['Resolved'], sort: 'updated' }, count: (of) => of.Resolved.total },
  { id: 'closed', search: { status: ['Closed'], sort: 'updated' }, count: (of) => of.Closed.total },
  { id: 'all', search: { sort: 'updated' } },
];

/** Where somebody begins who names no view. */
export const FIRST_VIEW: DeskSearch = AT_WORK;
