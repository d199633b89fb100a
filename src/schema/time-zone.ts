import { z } from 'zod';

export const timeZone = z
  .string({ error: 'Must be the name of a time zone' })
  .regex(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, { error: 'Must be the name of a time zone', abort: true })
  .refine(isTimeZone, { error: 'Must be the name of a time zone, such as Europe/Berlin' })
  .meta({ description: 'Its name in the IANA time zone database', maxLength: 64 });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
