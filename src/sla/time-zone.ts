import { Temporal } from 'temporal-polyfill';

/** Time in which clocks of a zone are so far ahead of UTC, in milliseconds. */
export interface OffsetSpan {
  readonly from: number;
  readonly to: number;
  readonly offsetMs: number;
}

const NS_PER_MS = 1e6;

/** How clocks of a time zone go from one time to another, in milliseconds since 1970. */
export function offsetsOf(timeZone: string, from: number, to: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let time = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone);
  for (let begun = from; begun < to; ) {
    const next = time.getTimeZoneTransition('next');
    const ends = Math.min(next?.epochMilliseconds ?? to, to);
    spans.push({ from: begun, to: ends, offsetMs: time.offsetNanoseconds / NS_PER_MS });
    begun = ends;
    if (next !== null) time = next;
  }
  return spans;
}
