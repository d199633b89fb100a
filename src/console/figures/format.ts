import { f } from '../words/figures.js';
import type { Every } from './search.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const whole = new Intl.NumberFormat(f.locale);
const twoPlaces = new Intl.NumberFormat(f.locale, { maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(f.locale, { style: 'percent' });
const parts: Record<Every, Intl.DateTimeFormat> = {
  day: new Intl.DateTimeFormat(f.locale, { day: 'numeric', month: 'short' }),
  week: new Intl.DateTimeFormat(f.locale, { day: 'numeric', month: 'short' }),
  month: new Intl.DateTimeFormat(f.locale, { month: 'short', year: 'numeric' }),
};

export const count = (n: number | null): string => (n === null ? f.none : whole.format(n));
export const average = (n: number | null): string => (n === null ? f.none : twoPlaces.format(n));
export const share = (n: number): string => percent.format(n);
export const partName = (at: string, every: Every): string => parts[every].format(new Date(at));

/** How long something took: two units at most. */
export function span(seconds: number | null): string {
  if (seconds === null) return f.none;
  if (seconds < MINUTE) return f.seconds(seconds);
  if (seconds < HOUR) return f.minutes(Math.floor(seconds / MINUTE));
  if (seconds < 2 * DAY) return f.hours(Math.floor(seconds / HOUR), Math.floor((seconds % HOUR) / MINUTE));
  return f.days(Math.floor(seconds / DAY), Math.floor((seconds % DAY) / HOUR));
}

/** The unit in which a scale up to `most` seconds has round numbers, and how they are written. */
export function unitOf(most: number): { unit: number; formatTick(count: number): string } {
  if (most >= 3 * DAY) return { unit: DAY, formatTick: (n) => f.days(n, 0) };
  if (most >= 3 * HOUR) return { unit: HOUR, formatTick: (n) => f.hours(n, 0) };
  if (most >= 3 * MINUTE) return { unit: MINUTE, formatTick: f.minutes };
  return { unit: 1, formatTick: f.seconds };
}
