import { useSyncExternalStore } from 'react';
import { t } from '../words/words.js';

const TICK_MS = 20_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, in steps that people see: one timer for all that show it. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const one of listeners) one();
      }, TICK_MS);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    () => now,
  );
}

const exact = new Intl.DateTimeFormat(t.locale, { dateStyle: 'full', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(t.locale, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(t.locale, { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat(t.locale, { dateStyle: 'medium' });

/** `5 min`, `3 h`, `2 d`. */
export function duration(ms: number): string {
  if (ms < MINUTE) return t.time.moment;
  if (ms < HOUR) return t.time.minutes(Math.floor(ms / MINUTE));
  if (ms < 2 * DAY) return t.time.hours(Math.floor(ms / HOUR));
  return t.time.days(Math.floor(ms / DAY));
}

/** When something was: a time for today, a date before. */
export function Time({ at }: { at: string }) {
  const date = new Date(at);
  const today = new Date(useNow());
  const isToday = date.toDateString() === today.toDateString();
  const written = date.getFullYear() === today.getFullYear() ? day.format(date) : dayOfYear.format(date);
  return (
    <time dateTime={at} title={exact.format(date)}>
      {isToday ? clock.format(date) : `${written}, ${clock.format(date)}`}
    </time>
  );
}

/** For how long. */
export function Since({ at }: { at: string }) {
  const ms = Math.max(0, useNow() - Date.parse(at));
  return (
    <time dateTime={at} title={exact.format(new Date(at))}>
      {duration(ms)}
    </time>
  );
}
