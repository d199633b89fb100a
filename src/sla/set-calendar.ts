import { randomUUID } from 'node:crypto';
import type { TransactionScope } from '../procedure/scope.js';
import { isAlwaysOpen } from './calendar.js';
import type { SlaCalendar } from './calendar-schemas.js';
import { ALWAYS } from './find-working-time.js';

/** Sets by what time due times count. It holds at once, for tickets that are open already too. */
export async function setSlaCalendar({ db }: TransactionScope, calendar: SlaCalendar): Promise<SlaCalendar> {
  const revision = isAlwaysOpen(calendar) ? ALWAYS : randomUUID();
  await db.slaCalendar.updateMany({ data: { ...calendar, revision } });
  return calendar;
}
