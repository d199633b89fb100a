import type { ReadScope } from '../procedure/scope.js';
import type { SlaCalendar } from './calendar-schemas.js';
import { readCalendar } from './find-working-time.js';

/** By what time due times count. */
export async function getSlaCalendar({ db }: ReadScope): Promise<SlaCalendar> {
  const { revision: _, ...calendar } = await readCalendar(db);
  return calendar;
}
