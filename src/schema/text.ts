import { z } from 'zod';

/** What no engine can carry alike: PostgreSQL refuses U+0000, and a lone surrogate would come back as U+FFFD. */
export function isStorable(value: string): boolean {
  return !value.includes('\u0000') && value.isWellFormed();
}

/** Unicode code points, as JSON Schema counts; a surrogate pair is one. */
export function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

interface TextLimits {
  /** Longest, in Unicode code points. */
  max: number;
  /** White space alone is refused unless this is set. */
  blank?: boolean;
  /** What else can be wrong with it; the message, or undefined. No JSON schema says it. */
  fault?(value: string): string | undefined;
}

/**
 * A text that is kept exactly as sent. One complaint at a time, so that `details` has one entry for each text that is
 * wrong. The limits also stand in the JSON schema, where a check of our own would be invisible.
 */
export function text({ max, blank = false, fault }: TextLimits) {
  return z
    .string({ error: (issue) => (issue.input === undefined ? 'Required' : 'Must be a string') })
    .check((context) => {
      const message = complaint(context.value, max, blank) ?? fault?.(context.value);
      if (message !== undefined) context.issues.push({ code: 'custom', input: context.value, message });
    })
    .meta({ maxLength: max, ...(blank ? {} : { minLength: 1, pattern: '\\S' }) });
}

function complaint(value: string, max: number, blank: boolean): string | undefined {
  if (!isStorable(value)) return 'Must not hold U+0000 or a lone surrogate';
  if (!blank && !/\S/u.test(value)) return 'Must hold something besides white space';
  // A code point has at most two UTF-16 units: most texts need no count.
  if (value.length > max && codePoints(value) > max) return `Must be at most ${max} characters long`;
  return undefined;
}

/** Ids of files that were uploaded elsewhere: opaque here, kept in the order they came in. */
export const attachmentIds = z
  .array(
    z
      .string({ error: 'Must be a string' })
      .check((context) => {
        const { value } = context;
        const message = !isStorable(value)
          ? 'Must not hold U+0000 or a lone surrogate'
          : value === '' || codePoints(value) > 128
            ? 'Must be 1 to 128 characters long'
            : undefined;
        if (message !== undefined) context.issues.push({ code: 'custom', input: value, message });
      })
      .meta({ minLength: 1, maxLength: 128 }),
    { error: 'Must be an array of file ids' },
  )
  .max(20, { error: 'Must be at most 20 file ids' });

/** Who does what background jobs do to a ticket. */
export const SYSTEM_USER_ID = 'system';
/** In a filter, whoever asks. */
export const OWN_USER_ID = 'me';

/** Names that mean something else wherever a user id stands: they are nobody's. */
const RESERVED_USER_IDS = [SYSTEM_USER_ID, OWN_USER_ID];

/** Whether a text can be who a user is, the `sub` of a token: 1 to 255 characters, none of them a control character. */
export function isUserId(value: string): boolean {
  return (
    value !== '' &&
    codePoints(value) <= 255 &&
    !/\p{Cc}/u.test(value) &&
    value.isWellFormed() &&
    !RESERVED_USER_IDS.includes(value)
  );
}

const WITHOUT_CONTROLS = String.raw`^[^\x00-\x1f\x7f-\x9f]+$`;

/**
 * A field that sets who somebody is: see isUserId(). With `own`, `me` stands for whoever asks. White space at its ends is for
 * the verb to look at: see requireIntended().
 */
export function userIdField({ own = false }: { own?: boolean } = {}) {
  const reserved = RESERVED_USER_IDS.filter((id) => !own || id !== OWN_USER_ID);
  const fault = `Must be 1 to 255 characters long, without control characters, and not ${reserved.join(' or ')}`;
  return z
    .string({ error: (issue) => (issue.input === undefined ? 'Required' : 'Must be a string') })
    .check(({ value, issues }) => {
      if ((own && value === OWN_USER_ID) || isUserId(value)) return;
      issues.push({ code: 'custom', input: value, message: fault });
    })
    .meta({ minLength: 1, maxLength: 255, pattern: WITHOUT_CONTROLS });
}

/** A filter by who somebody is: whatever id a token can have, blank ones too. One that nobody has finds nothing. */
export function userIdFilter() {
  const fault = (value: string) => (value === '' ? 'Must not be empty' : undefined);
  return text({ max: 255, blank: true, fault }).meta({ minLength: 1, maxLength: 255 });
}
