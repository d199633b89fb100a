import { MINUTES_OF_DAY, minuteOf, type SlaCalendar, WEEKDAYS } from './calendar-schemas.js';
import type { OffsetSpan } from './time-zone.js';

const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_OF_DAY * MINUTE_MS;
/** A day since 1970-01-01. */
const A_MONDAY = 4;

/** Time without a break that counts, in milliseconds since 1970. */
export interface Interval {
  starts: number;
  ends: number;
}

/** Whether all time counts, in whatever time zone. */
export function isAlwaysOpen({ weeklyHours, holidays }: SlaCalendar): boolean {
  if (holidays.length > 0) return false;
  return hoursByWeekday(weeklyHours).every((hours) => {
    const wholeDay = hours.reduce((until, { opens, closes }) => (opens === until ? closes : until), 0);
    return wholeDay === MINUTES_OF_DAY;
  });
}

/** In minutes of the day, in order; Monday is the first. */
function hoursByWeekday(weeklyHours: SlaCalendar['weeklyHours']) {
  return WEEKDAYS.map((weekday) =>
    weeklyHours
      .filter(({ day }) => day === weekday)
      .map(({ opens, closes }) => ({ opens: minuteOf(opens), closes: minuteOf(closes) }))
      .sort((a, b) => a.opens - b.opens),
  );
}

/**
 * What counts of the time that has the given offsets: when clocks there show a time of the weekly hours, on a day that is no holiday.
 * An hour that clocks skip is none; one that they show twice counts twice.
 */
export function intervalsOf(calendar: SlaCalendar, offsets: readonly OffsetSpan[]): Interval[] {
  const hours = hoursByWeekday(calendar.weeklyHours);
  const holidays = new Set(calendar.holidays.map(({ date }) => Date.parse(date) / DAY_MS));
  const intervals: Interval[] = [];
  for (const { from, to, offsetMs } of offsets) {
    const first = Math.floor((from + offsetMs) / DAY_MS);
    for (let day = first; day * DAY_MS < to + offsetMs; day += 1) {
      if (holidays.has(day)) continue;
      const midnight = day * DAY_MS - offsetMs;
      for (const { opens, closes } of hours[weekdayOf(day)] ?? []) {
        const starts = Math.max(midnight + opens * MINUTE_MS, from);
        const ends = Math.min(midnight + closes * MINUTE_MS, to);
        if (starts < ends) intervals.push({ starts, ends });
      }
    }
  }
  return intervals;
}

/** 0 is Monday. */
function weekdayOf(day: number): number {
  return (((day - A_MONDAY) % 7) + 7) % 7;
}
