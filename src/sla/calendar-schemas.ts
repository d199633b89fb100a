import { z } from 'zod';
import { text } from '../schema/text.js';
import { timeZone } from '../schema/time-zone.js';

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
export const MINUTES_OF_DAY = 1_440;
/** Less would put due times of the longest targets centuries away. */
const MIN_MINUTES_A_WEEK = 60;
const TOO_FEW = 'Must have an hour a week at least';
export const MAX_HOURS = 28;
export const MAX_HOLIDAYS = 200;

/** Of a time of day, `09:30`. */
export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

const timeOfDay = (pattern: RegExp, last: string) =>
  z
    .string({ error: 'Must be a time of day' })
    .regex(pattern, { error: `Must be a time of day from 00:00 to ${last}` })
    .meta({ maxLength: '00:00'.length });

const hours = z.strictObject({
  day: z.enum(WEEKDAYS, { error: `Must be one of: ${WEEKDAYS.join(', ')}` }),
  opens: timeOfDay(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, '23:59').meta({ description: 'By the clocks of the time zone' }),
  closes: timeOfDay(/^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/, '24:00').meta({
    description: 'This minute no longer counts; 24:00 is midnight',
  }),
});

const holiday = z.strictObject({
  date: z
    .string({ error: 'Must be a date' })
    .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, { error: 'Must be a date such as 2026-12-25', abort: true })
    .refine(isDate, { error: 'Must be a day that there is' })
    .meta({ description: 'The whole day, in the time zone', maxLength: '2026-12-25'.length }),
  name: text({ max: 100 }).meta({ description: 'What the day is called' }),
});

const weeklyHours = z
  .array(hours, { error: 'Must be a list' })
  .min(1, { error: TOO_FEW, abort: true })
  .max(MAX_HOURS, { error: `Must be at most ${MAX_HOURS}` })
  .check(({ value, issues }) => {
    const refuse = (path: (string | number)[], message: string) =>
      issues.push({ code: 'custom', input: value, path, message });
    if (total(value) < MIN_MINUTES_A_WEEK) refuse([], TOO_FEW);
    for (const [index, one] of value.entries()) {
      if (minuteOf(one.closes) <= minuteOf(one.opens)) refuse([index, 'closes'], 'Must be later than opens');
      else if (value.slice(0, index).some((other) => overlap(one, other)))
        refuse([index], 'Must not overlap with others of the day');
    }
  });

const holidays = z
  .array(holiday, { error: 'Must be a list' })
  .max(MAX_HOLIDAYS, { error: `Must be at most ${MAX_HOLIDAYS}` })
  .check(({ value, issues }) => {
    for (const [index, { date }] of value.entries()) {
      if (value.findIndex((other) => other.date === date) < index)
        issues.push({ code: 'custom', input: value, path: [index, 'date'], message: 'Must be there once' });
    }
  });

const EXAMPLE = {
  timeZone: 'Europe/Berlin',
  weeklyHours: [
    { day: 'Monday', opens: '09:00', closes: '12:30' },
    { day: 'Monday', opens: '13:30', closes: '18:00' },
    { day: 'Friday', opens: '09:00', closes: '16:00' },
  ],
  holidays: [{ date: '2026-12-25', name: 'Christmas Day' }],
} as const;

const calendarFields = z.strictObject({
  timeZone,
  weeklyHours: weeklyHours.meta({
    description: 'What counts of each week: an hour at least. Those of a day may meet, not overlap',
  }),
  holidays: holidays.meta({ description: 'Days of which nothing counts, each once' }),
});

export const slaCalendar = calendarFields.meta({ id: 'SlaCalendar', examples: [EXAMPLE] });

export const getSlaCalendarInput = z.strictObject({}).optional();

export const setSlaCalendarInput = calendarFields.meta({ examples: [EXAMPLE] });

type Hours = z.infer<typeof hours>;

function total(weeklyHours: readonly Hours[]): number {
  return weeklyHours.reduce((sum, { opens, closes }) => sum + Math.max(minuteOf(closes) - minuteOf(opens), 0), 0);
}

function overlap(a: Hours, b: Hours): boolean {
  return a.day === b.day && minuteOf(a.opens) < minuteOf(b.closes) && minuteOf(b.opens) < minuteOf(a.closes);
}

function isDate(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

export type SlaCalendar = z.infer<typeof slaCalendar>;
