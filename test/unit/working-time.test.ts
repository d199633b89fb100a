import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SlaCalendar, WEEKDAYS } from '../../src/sla/calendar-schemas.js';
import { offsetsOf } from '../../src/sla/time-zone.js';
import { WorkingTime } from '../../src/sla/working-time.js';
import { randomness } from '../support/randomness.js';

const MINUTE = 60_000;
const OFFICE = WEEKDAYS.slice(0, 5).map((day) => ({ day, opens: '09:00', closes: '17:00' }));

type Weekday = (typeof WEEKDAYS)[number];

const of = (calendar: SlaCalendar) => WorkingTime.of(calendar, (from, to) => offsetsOf(calendar.timeZone, from, to));
const working = (timeZone: string, over: Partial<SlaCalendar> = {}) =>
  of({ timeZone, weeklyHours: OFFICE, holidays: [], ...over });
const due = (time: WorkingTime, openedAt: string, minutes: number) =>
  new Date(time.dueAt(Date.parse(openedAt), minutes)).toISOString();
const openedBy = (time: WorkingTime, dueAt: string, minutes: number) => {
  const opened = time.openedBy(Date.parse(dueAt), minutes);
  return opened === null ? null : new Date(opened).toISOString();
};

describe('the time of a calendar', () => {
  it.each([
    ['within a day', '2026-11-24T09:00:00Z', 60, '2026-11-24T10:00:00.000Z'],
    ['to the very end of a day', '2026-11-24T15:00:00Z', 60, '2026-11-24T16:00:00.000Z'],
    ['over a night', '2026-11-24T15:30:00Z', 60, '2026-11-25T08:30:00.000Z'],
    ['over a weekend', '2026-11-27T15:30:00Z', 60, '2026-11-30T08:30:00.000Z'],
    ['from before the hours', '2026-11-24T03:00:00Z', 60, '2026-11-24T09:00:00.000Z'],
    ['from after the hours', '2026-11-24T18:00:00Z', 60, '2026-11-25T09:00:00.000Z'],
    ['from a weekend', '2026-11-28T12:00:00Z', 60, '2026-11-30T09:00:00.000Z'],
    ['for more than a week', '2026-11-24T09:00:00Z', 10 * 480, '2026-12-08T09:00:00.000Z'],
    ['for a year of working days', '2026-01-05T08:00:00Z', 260 * 480, '2027-01-01T16:00:00.000Z'],
  ])('counts %s', (_what, openedAt, minutes, expected) => {
    expect(due(working('Europe/Berlin'), openedAt, minutes)).toBe(expected);
  });

  it('leaves holidays out, one after the other, and those at weekends too', () => {
    const holidays = ['2026-12-24', '2026-12-25', '2026-12-26', '2026-12-31', '2027-01-01'];
    const time = working('Europe/Berlin', { holidays: holidays.map((date) => ({ date, name: 'Closed' })) });
    expect(due(time, '2026-12-23T15:30:00Z', 60)).toBe('2026-12-28T08:30:00.000Z');
    expect(due(time, '2026-12-25T10:00:00Z', 4 * 480)).toBe('2027-01-04T16:00:00.000Z');
  });

  it('follows the clocks of its zone over both changes of summer time', () => {
    const berlin = working('Europe/Berlin');
    // Friday at UTC+1, Monday at UTC+2; and back.
    expect(due(berlin, '2026-03-27T15:30:00Z', 60)).toBe('2026-03-30T07:30:00.000Z');
    expect(due(berlin, '2026-10-23T14:30:00Z', 60)).toBe('2026-10-26T08:30:00.000Z');
    const newYork = working('America/New_York');
    expect(due(newYork, '2026-03-06T21:30:00Z', 60)).toBe('2026-03-09T13:30:00.000Z');
    expect(due(newYork, '2026-10-30T20:30:00Z', 60)).toBe('2026-11-02T14:30:00.000Z');
    // No summer time, and half an hour off.
    expect(due(working('Asia/Kolkata'), '2026-03-27T11:00:00Z', 60)).toBe('2026-03-30T04:00:00.000Z');
  });

  it('has no hour that clocks skip, and twice the one that they show twice', () => {
    const weeklyHours = WEEKDAYS.map((day) => ({ day, opens: '01:30', closes: '03:30' }));
    const berlin = working('Europe/Berlin', { weeklyHours });
    // 29 March: 01:30 to 02:00 and 03:00 to 03:30. 25 October: 01:30 to 03:00, and 02:00 to 03:30 again.
    expect(due(berlin, '2026-03-28T12:00:00Z', 60)).toBe('2026-03-29T01:30:00.000Z');
    expect(due(berlin, '2026-10-24T12:00:00Z', 180)).toBe('2026-10-25T02:30:00.000Z');
  });

  it('goes on past a day that a zone has skipped, and where clocks change at midnight', () => {
    const everyDay = WEEKDAYS.map((day) => ({ day, opens: '00:00', closes: '12:00' }));
    // Samoa had no 30 December 2011.
    const apia = working('Pacific/Apia', { weeklyHours: everyDay });
    expect(due(apia, '2011-12-29T23:00:00Z', 24 * 60)).toBe('2011-12-31T22:00:00.000Z');
    // Chile goes from 24:00 to 01:00: its day begins at 01:00.
    const santiago = working('America/Santiago', { weeklyHours: everyDay });
    expect(due(santiago, '2026-09-06T03:59:00Z', 60)).toBe('2026-09-06T05:00:00.000Z');
  });

  it('is that of the clock where all of it counts', () => {
    const weeklyHours = WEEKDAYS.flatMap((day) => [
      { day, opens: '12:00', closes: '24:00' },
      { day, opens: '00:00', closes: '12:00' },
    ]);
    expect(working('Europe/Berlin', { weeklyHours })).toBe(WorkingTime.always);
    expect(due(WorkingTime.always, '2026-03-28T12:00:00Z', 1440)).toBe('2026-03-29T12:00:00.000Z');
    expect(openedBy(WorkingTime.always, '2026-03-29T12:00:00Z', 1440)).toBe('2026-03-28T12:00:00.000Z');
  });

  it('finds when was opened what is due by a time, the last moment of the night included', () => {
    const berlin = working('Europe/Berlin');
    expect(openedBy(berlin, '2026-11-24T10:00:00Z', 60)).toBe('2026-11-24T09:00:00.000Z');
    // Due at 09:00 on Tuesday is what was opened on Monday evening, or until the hours begin.
    expect(openedBy(berlin, '2026-11-24T09:00:00Z', 60)).toBe('2026-11-24T08:00:00.000Z');
    expect(openedBy(berlin, '2026-11-24T08:59:59Z', 60)).toBe('2026-11-23T15:59:59.000Z');
    // By the weekend, as by its beginning.
    expect(openedBy(berlin, '2026-11-29T12:00:00Z', 60)).toBe('2026-11-27T15:00:00.000Z');
    const sparse = working('UTC', { weeklyHours: [{ day: 'Monday', opens: '09:00', closes: '10:00' }] });
    expect(openedBy(sparse, '2026-11-29T12:00:00Z', 525_600)).toBeNull();
    expect(due(sparse, '2026-11-24T12:00:00Z', 525_600)).toBe('2194-10-13T10:00:00.000Z');
  });
});

/** Minute by minute, by what a clock on the wall shows, as Intl has it. */
class Reference {
  readonly #calendar: SlaCalendar;
  readonly #clock: Intl.DateTimeFormat;

  constructor(calendar: SlaCalendar) {
    this.#calendar = calendar;
    this.#clock = new Intl.DateTimeFormat('en', {
      timeZone: calendar.timeZone,
      weekday: 'long',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  }

  counts(time: number): boolean {
    const parts = this.#clock.formatToParts(time).map(({ type, value }) => [type, value]);
    const { weekday, year, month, day, hour, minute } = Object.fromEntries(parts) as Record<string, string>;
    const { weeklyHours, holidays } = this.#calendar;
    if (holidays.some(({ date }) => date === `${year}-${month}-${day}`)) return false;
    const shown = `${hour}:${minute}`;
    return weeklyHours.some((one) => one.day === weekday && one.opens <= shown && shown < one.closes);
  }

  /** Of a whole minute. */
  dueAt(openedAt: number, minutes: number): number {
    let time = openedAt;
    for (let left = minutes; left > 0; time += MINUTE) if (this.counts(time)) left -= 1;
    return time;
  }
}

const minute = fc.integer({ min: 0, max: 23 * 12 + 11 }).map((n) => n * 5);
const shown = (n: number) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`;
const hours = fc.uniqueArray(fc.tuple(fc.constantFrom<Weekday>(...WEEKDAYS), minute, minute), {
  minLength: 1,
  maxLength: 8,
  selector: ([day]) => day,
});
/** Days around changes of summer time, here and there. */
const DATES = ['2026-03-07', '2026-03-08', '2026-03-28', '2026-03-29', '2026-10-25', '2026-11-01', '2026-11-02'];
const calendars = fc.record({
  timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'),
  weeklyHours: hours.map((all) =>
    all.map(([day, a, b]) => {
      const [opens, closes] = [Math.min(a, b), Math.max(a, b) + 60];
      return { day, opens: shown(opens), closes: closes >= 1440 ? '24:00' : shown(closes) };
    }),
  ),
  holidays: fc
    .uniqueArray(fc.constantFrom(...DATES), { maxLength: 3 })
    .map((dates) => dates.map((date) => ({ date, name: 'Closed' }))),
});
/** A minute within three days before one of the dates to three days after it. */
const times = fc
  .tuple(fc.constantFrom(...DATES), fc.integer({ min: -4320, max: 4320 }))
  .map(([date, minutes]) => Date.parse(date) + minutes * MINUTE);

it('is what a clock on the wall counts, minute by minute', () => {
  fc.assert(
    fc.property(calendars, times, fc.integer({ min: 1, max: 900 }), (calendar, openedAt, minutes) => {
      const time = of(calendar);
      const reference = new Reference(calendar);
      const dueAt = time.dueAt(openedAt, minutes);
      expect(new Date(dueAt).toISOString()).toBe(new Date(reference.dueAt(openedAt, minutes)).toISOString());
      // The latest that is due by then; a moment later is too late.
      const latest = time.openedBy(dueAt, minutes) as number;
      expect(latest).toBeGreaterThanOrEqual(openedAt);
      expect(time.dueAt(latest, minutes)).toBe(dueAt);
      expect(time.dueAt(latest + 1, minutes)).toBeGreaterThan(dueAt);
      // As the rows for SQL have it.
      const rows = time.table(openedAt - 5000 * MINUTE, dueAt);
      const [starts, before, after] = rows.findLast(([from]) => from <= openedAt) as [number, number, number];
      expect(Math.min(before + openedAt - starts, after)).toBe(time.counted(openedAt));
    }),
    randomness('working time', 60),
  );
});
