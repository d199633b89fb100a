import { type Interval, intervalsOf, isAlwaysOpen } from './calendar.js';
import type { SlaCalendar } from './calendar-schemas.js';
import type { OffsetSpan } from './time-zone.js';

const MINUTE_MS = 60_000;
/** Intervals are made for so much time at once, when they are first needed. */
const STEP_MS = 366 * 86_400_000;
/** No ticket is older. */
const EARLIEST = 0;

/** `before`: the milliseconds that have counted until it starts, from wherever we began to count. */
interface Counted extends Interval {
  before: number;
}

/** How clocks of the calendar's time zone go from one time to another. */
export type Offsets = (from: number, to: number) => OffsetSpan[];

/**
 * Time as a calendar counts it. All times are in milliseconds since 1970. Where all time counts, due is what it is by the clock.
 *
 * What has counted until a time never falls while time goes on, so the order in which tickets were opened is that in which targets
 * of the same length are due.
 */
export class WorkingTime {
  static readonly always = new WorkingTime((from, to) => [{ starts: from, ends: to }]);

  readonly #make: (from: number, to: number) => Interval[];
  readonly #intervals: Counted[] = [];
  /** What they are made for. */
  #from: number | undefined;
  #to = 0;

  private constructor(make: (from: number, to: number) => Interval[]) {
    this.#make = make;
  }

  static of(calendar: SlaCalendar, offsets: Offsets): WorkingTime {
    if (isAlwaysOpen(calendar)) return WorkingTime.always;
    return new WorkingTime((from, to) => intervalsOf(calendar, offsets(from, to)));
  }

  /** When so many minutes have counted after a time: the earliest such moment. */
  dueAt(time: number, minutes: number): number {
    const counted = this.counted(time) + minutes * MINUTE_MS;
    while (endOf(this.#last()) < counted) this.#goOn();
    const interval = this.#intervals[this.#search((one) => endOf(one) >= counted)] as Counted;
    return interval.starts + counted - interval.before;
  }

  /** The latest time from which so many minutes have counted until another; null: it is none that a ticket was opened at. */
  openedBy(due: number, minutes: number): number | null {
    const counted = this.counted(due) - minutes * MINUTE_MS;
    while (this.#first().before > counted) {
      if ((this.#from as number) <= EARLIEST) return null;
      this.#goBack();
    }
    while (endOf(this.#last()) <= counted) this.#goOn();
    const interval = this.#intervals[this.#search((one) => endOf(one) > counted)] as Counted;
    return interval.starts + counted - interval.before;
  }

  /** How many milliseconds have counted until a time, from wherever we began to count. */
  counted(time: number): number {
    this.#cover(time);
    const interval = this.#intervals[this.#search((one) => one.starts > time) - 1];
    return interval === undefined
      ? this.#first().before
      : Math.min(interval.before + time - interval.starts, endOf(interval));
  }

  /** For each interval that a time from one to another can lie in, or behind: when it starts, and counted() at its start and end. */
  table(from: number, to: number): [starts: number, before: number, after: number][] {
    this.#cover(to);
    this.#cover(from);
    while (this.#first().starts > from && (this.#from as number) > EARLIEST) this.#goBack();
    const first = Math.max(this.#search((one) => one.starts > from) - 1, 0);
    const end = this.#search((one) => one.starts > to);
    return this.#intervals.slice(first, end).map((one) => [one.starts, one.before, endOf(one)]);
  }

  /** The first interval that is so: where one is, all behind it are. */
  #search(isSo: (interval: Counted) => boolean): number {
    let low = 0;
    let high = this.#intervals.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isSo(this.#intervals[middle] as Counted)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Makes the intervals around a time. There is always one: some time counts each week, but for so many holidays. */
  #cover(time: number): void {
    if (this.#from === undefined) {
      this.#from = time;
      this.#to = time;
    }
    while (time < this.#from) this.#goBack();
    while (time >= this.#to || this.#intervals.length === 0) this.#goOn();
  }

  #goOn(): void {
    const from = this.#to;
    this.#to += STEP_MS;
    for (const made of this.#make(from, this.#to)) {
      const last = this.#intervals.at(-1);
      if (last?.ends === made.starts) last.ends = made.ends;
      else this.#intervals.push({ ...made, before: last === undefined ? 0 : endOf(last) });
    }
  }

  #goBack(): void {
    const to = this.#from as number;
    this.#from = to - STEP_MS;
    for (const made of this.#make(this.#from, to).reverse()) {
      const [first] = this.#intervals;
      const before = (first?.before ?? 0) - (made.ends - made.starts);
      if (first !== undefined && first.starts === made.ends) Object.assign(first, { starts: made.starts, before });
      else this.#intervals.unshift({ ...made, before });
    }
  }

  #first(): Counted {
    return this.#intervals[0] as Counted;
  }

  #last(): Counted {
    return this.#intervals.at(-1) as Counted;
  }
}

/** What has counted until an interval ends. */
function endOf({ before, ends, starts }: Counted): number {
  return before + ends - starts;
}
