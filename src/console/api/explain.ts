import { TRPCClientError } from '@trpc/client';
import { supportError } from 'support-api/client';
import { t } from '../words/words.js';

/** Whether the same call may succeed later without anybody changing it. */
export type Remedy = 'sign-in' | 'wait' | 'change';

export interface Explained {
  /** A sentence for people. */
  text: string;
  remedy: Remedy;
  /** When it is worth another try, where the server says so. */
  retryMs?: number;
}

const LATER = new Set([408, 429, 502, 503, 504]);

/** What went wrong, in people's words, and what helps. */
export function explain(error: unknown): Explained {
  const known = supportError(error);
  if (known === undefined) return { text: t.errors.offline, remedy: 'wait' };
  const { code, httpStatus, details = [], message, requestId } = known;
  if (code === 'UNAUTHORIZED') return { text: t.errors.expired, remedy: 'sign-in' };
  if (LATER.has(httpStatus)) {
    const retryMs = retryAfterMs(error);
    const text = httpStatus === 429 ? t.errors.tooMany(retryMs) : t.errors.unavailable(retryMs);
    return { text, remedy: 'wait', ...(retryMs !== undefined && { retryMs }) };
  }
  if (httpStatus >= 500) return { text: t.errors.defect(requestId), remedy: 'wait' };
  const own = t.errors.codes[code];
  if (own !== undefined) return { text: own, remedy: 'change' };
  const said = details.map((detail) => detail.message).join('. ');
  return { text: said === '' ? `${message}.` : `${message}: ${said}.`, remedy: 'change' };
}

function retryAfterMs(error: unknown): number | undefined {
  const response = error instanceof TRPCClientError ? (error.meta?.response as Response | undefined) : undefined;
  const seconds = response?.headers?.get('retry-after');
  return seconds && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** Until the next try: as the server says, else longer each time, never at the same moment as others. */
export function waitMs(failures: number, error: unknown): number {
  const { retryMs } = explain(error);
  const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
  return (retryMs ?? backoff / 2) + Math.random() * (backoff / 2);
}
