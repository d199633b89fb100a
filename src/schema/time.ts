import { z } from 'zod';

/** A time in an answer: RFC 3339 in UTC with `Z`. */
export const timestamp = z.iso.datetime();

/** Of RFC 3339 (5.6), with any offset; `T` and `Z` may be lower case. Whether there is such a day, the parser knows. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** What both engines can store: from the year 1, as PostgreSQL has no year 0, to the last millisecond of 9999. */
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** The time that a text of RFC 3339 means, to the millisecond; undefined for all else, and for what no engine can store. */
export function parseTime(text: string): Date | undefined {
  const upper = text.toUpperCase();
  if (!RFC_3339.test(upper)) return undefined;
  const time = new Date(upper);
  const ms = time.getTime();
  if (!(ms >= FIRST && ms <= LAST)) return undefined;
  // JavaScript takes the 30th of February for the 2nd of March, and 24:00 for the next day.
  return isOnItsDay(upper, ms) ? time : undefined;
}

function isOnItsDay(text: string, ms: number): boolean {
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return new Date(ms + offsetMs).toISOString().slice(-24, -14) === text.slice(0, 10);
}

/** Any number of digits may say the fraction of a second. */
const MAX_LENGTH = 64;

/** A time that is sent. */
export const instant = z
  .string({ error: 'Must be a string' })
  .check(({ value, issues }) => {
    if (value.length <= MAX_LENGTH && parseTime(value) !== undefined) return;
    const message = 'Must be a time such as 2026-01-22T16:30:00Z or 2026-01-22T17:30:00+01:00 (in a URL, + is %2B)';
    issues.push({ code: 'custom', input: value, message });
  })
  .meta({ format: 'date-time', maxLength: MAX_LENGTH });

/** The later of `now` and a millisecond after `before`: a change is always later than the one before it. */
export function later(before: Date, now: Date): Date {
  return new Date(Math.max(now.getTime(), before.getTime() + 1));
}

/** A time as we give it out, to the letter: for cursors, which nobody else writes. */
export const storedTime = z.string().refine((text) => parseTime(text)?.toISOString() === text);
