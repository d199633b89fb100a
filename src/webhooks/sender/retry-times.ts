const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first attempt, the second … : together 3 days. As Standard Webhooks proposes. */
const DELAYS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  20 * HOUR,
] as const;

/** Part of a delay that is left to chance, up and down: what failed together is not to come together again. */
const JITTER = 0.1;

/** So many failures in a row, and the endpoint is left alone for a while, the longer the more there are. */
const LENIENT = 3;
const FIRST_PAUSE_MS = 5 * SECOND;
const LONGEST_PAUSE_MS = 5 * MINUTE;

/** The longest `Retry-After` that is done as it says. */
const LONGEST_RETRY_AFTER_MS = 24 * HOUR;

/** When a delivery is sent again that has failed so often; undefined: no more. */
export function delayAfter(attempts: number, random = Math.random()): number | undefined {
  const delay = DELAYS_MS[attempts - 1];
  return delay === undefined ? undefined : jittered(delay, random);
}

/** For how long nothing is sent to an endpoint after so many failures in a row; 0: not at all. */
export function pauseAfter(failures: number, random = Math.random()): number {
  if (failures < LENIENT) return 0;
  return jittered(Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - LENIENT, 20), LONGEST_PAUSE_MS), random);
}

/** What `Retry-After` says, in seconds or as a date; undefined where it says nothing. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * SECOND : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS) : undefined;
}

function jittered(ms: number, random: number): number {
  return Math.round(ms * (1 - JITTER + 2 * JITTER * random));
}
