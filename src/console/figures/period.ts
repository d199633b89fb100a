import type { Every, FiguresSearch } from './search.js';

const DAY_MS = 86_400_000;
const MOST_DAYS = 366;
const DEFAULT_DAYS = 30;
/** Up to so many days, one point for each; then for each week. */
const BY_DAY = 45;
const BY_WEEK = 200;

export interface Period {
  /** First and last day, as fields for dates have them. */
  first: string;
  last: string;
  /** As the API takes it: the end is not part of it. */
  from: string;
  to: string;
  every: Every;
  isGood: boolean;
}

export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Days of the agent's time zone. */
export function periodOf({ days = DEFAULT_DAYS, from, to, every }: FiguresSearch, now: Date): Period {
  const isRange = from !== undefined && to !== undefined;
  const first = isRange ? from : dayOf(addDays(now, 1 - days));
  const last = isRange ? to : dayOf(now);
  const [starts, ends] = [midnight(first), addDays(midnight(last), 1)];
  const length = Math.round((ends.getTime() - starts.getTime()) / DAY_MS);
  return {
    first,
    last,
    from: Number.isNaN(starts.getTime()) ? '' : starts.toISOString(),
    to: Number.isNaN(ends.getTime()) ? '' : ends.toISOString(),
    every: every ?? (length <= BY_DAY ? 'day' : length <= BY_WEEK ? 'week' : 'month'),
    isGood: length >= 1 && length <= MOST_DAYS,
  };
}

function midnight(day: string): Date {
  return new Date(`${day}T00:00:00`);
}

function addDays(date: Date, days: number): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

function dayOf(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
