export const SPANS = [7, 30, 90, 365] as const;
export const EVERIES = ['day', 'week', 'month'] as const;
export type Every = (typeof EVERIES)[number];

/** What the figures are of: the query of the page's address. */
export interface FiguresSearch {
  /** So many days until today; 30 where nothing is said. */
  days?: (typeof SPANS)[number];
  /** Two days, both part of it, instead. */
  from?: string;
  to?: string;
  every?: Every;
  /** One of the two. */
  agent?: string;
  categoryId?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What an address may say: whatever else is in it is left out, as if it were not there. */
export function readFiguresSearch(raw: Record<string, unknown>): FiguresSearch {
  const text = (name: string) => (typeof raw[name] === 'string' ? raw[name].trim() : '');
  const days = SPANS.find((one) => String(one) === String(raw.days));
  const every = EVERIES.find((one) => one === raw.every);
  const [from, to, agent, categoryId] = ['from', 'to', 'agent', 'categoryId'].map(text) as [
    string,
    string,
    string,
    string,
  ];
  const isRange = DAY.test(from) && DAY.test(to);
  return {
    ...(isRange ? { from, to } : days && { days }),
    ...(every && { every }),
    ...(agent !== '' ? { agent } : categoryId !== '' && { categoryId }),
  };
}
