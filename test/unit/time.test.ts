import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, parseTime, storedTime } from '../../src/schema/time.js';

describe('a time of RFC 3339', () => {
  it.each([
    ['2026-01-22T16:30:00Z', '2026-01-22T16:30:00.000Z'],
    ['2025-03-30T00:00:00+00:00', '2025-03-30T00:00:00.000Z'],
    ['2025-03-30T00:00:00-00:00', '2025-03-30T00:00:00.000Z'],
    ['2026-01-01T00:00:00+05:30', '2025-12-31T18:30:00.000Z'],
    ['2026-01-22T16:30:00.5Z', '2026-01-22T16:30:00.500Z'],
    ['2026-01-22T16:30:00.123456789Z', '2026-01-22T16:30:00.123Z'],
    ['2026-01-22t16:30:00z', '2026-01-22T16:30:00.000Z'],
    ['2024-02-29T23:59:59-23:59', '2024-03-01T23:58:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is taken', (text, utc) => {
    expect(parseTime(text)?.toISOString()).toBe(utc);
    expect(instant.safeParse(text).success).toBe(true);
  });

  it.each([
    ['no day', '2026-02-30T00:00:00Z'],
    ['no day of this year', '2026-02-29T00:00:00Z'],
    ['no hour', '2026-01-22T24:00:00Z'],
    ['the hour after the last that can be stored', '9999-12-31T24:00:00Z'],
    ['no minute', '2026-01-22T16:60:00Z'],
    ['a leap second, which nothing can store', '2016-12-31T23:59:60Z'],
    ['no offset', '2026-01-22T16:30:00'],
    ['an offset of no clock', '2026-01-22T16:30:00+24:00'],
    ['an offset without its colon', '2026-01-22T16:30:00+0100'],
    ['no seconds', '2026-01-22T16:30Z'],
    ['a plus that a URL made a space', '2026-01-22T16:30:00 01:00'],
    ['the year 0', '0000-12-31T23:59:59Z'],
    ['the year 0 in UTC', '0001-01-01T00:00:00+00:01'],
    ['the year 10,000 in UTC', '9999-12-31T23:59:59-00:01'],
    ['a longer year', '+010000-01-01T00:00:00Z'],
    ['digits that are no ASCII', '２０２６-01-22T16:30:00Z'],
    ['something before it', ' 2026-01-22T16:30:00Z'],
    ['something behind it', '2026-01-22T16:30:00Z\n'],
    ['a date', '2026-01-22'],
    ['nothing', ''],
  ])('%s is refused: %s', (_why, text) => {
    expect(parseTime(text)).toBeUndefined();
    expect(instant.safeParse(text).success).toBe(false);
  });

  it('comes back from any offset as the same moment, and all that is given out is taken', () => {
    const minutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    const dates = fc.date({
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, minutes, (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(offset);
        const two = (count: number) => String(count).padStart(2, '0');
        const text = `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        expect(parseTime(text)).toEqual(date);
        expect(storedTime.safeParse(date.toISOString()).success).toBe(true);
      }),
    );
  });
});
