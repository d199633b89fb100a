import { Temporal } from 'temporal-polyfill';
import type { FigureSeriesInput } from './schemas.js';

type Asked = Pick<FigureSeriesInput, 'from' | 'to' | 'every' | 'timeZone'>;

/** Where the parts of a period begin and the last one ends: days, weeks or months of the time zone, the first and the last as far as the period goes. */
export function edgesOf({ from, to, every, timeZone }: Asked): string[] {
  const [starts, ends] = [Temporal.Instant.from(from), Temporal.Instant.from(to)];
  const edges = [starts];
  let day = firstDay(starts.toZonedDateTimeISO(timeZone).toPlainDate(), every);
  for (;;) {
    day = day.add({ [`${every}s`]: 1 });
    const next = day.toZonedDateTime(timeZone).toInstant();
    if (Temporal.Instant.compare(next, ends) >= 0) break;
    // A day that a time zone leaves out begins where the one after it does.
    if (Temporal.Instant.compare(next, edges.at(-1) as Temporal.Instant) > 0) edges.push(next);
  }
  return [...edges, ends].map((edge) => new Date(edge.epochMilliseconds).toISOString());
}

function firstDay(day: Temporal.PlainDate, every: FigureSeriesInput['every']): Temporal.PlainDate {
  if (every === 'week') return day.subtract({ days: day.dayOfWeek - 1 });
  return every === 'month' ? day.with({ day: 1 }) : day;
}
