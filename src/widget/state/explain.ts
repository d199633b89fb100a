import { supportError } from 'support-api/client';
import { t } from '../words/words.js';

/** What helps: the user signs in to the page, somebody waits, or changes what was sent. */
export type Remedy = 'sign-in' | 'wait' | 'change';

export interface Explained {
  /** A sentence or two for people. */
  text: string;
  remedy: Remedy;
  /** When it is worth another try, where the server says so. */
  retryMs?: number | undefined;
}

/** The page has no token, or none of the same user. */
export class SignedOut extends Error {}

const LATER = new Set([408, 429, 502, 503, 504]);

/** What went wrong, in people's words, and what helps. */
export function explain(error: unknown): Explained {
  const { cause, meta } = (error ?? {}) as { cause?: unknown; meta?: { response?: Partial<Response> } };
  if (error instanceof SignedOut || cause instanceof SignedOut) {
    return { text: t.session.signedOut, remedy: 'sign-in' };
  }
  const known = supportError(error);
  if (known === undefined) return { text: t.errors.offline, remedy: 'wait' };
  const { code, httpStatus, requestId } = known;
  if (code === 'UNAUTHORIZED') return { text: t.session.signedOut, remedy: 'sign-in' };
  if (LATER.has(httpStatus)) {
    const retryMs = milliseconds(meta?.response?.headers?.get('retry-after'));
    return { text: t.errors[httpStatus === 429 ? 'tooMany' : 'unavailable'](retryMs), remedy: 'wait', retryMs };
  }
  if (httpStatus >= 500) return { text: t.errors.defect(requestId), remedy: 'wait' };
  return { text: t.errors.codes[code] ?? t.errors.unknown, remedy: 'change' };
}

function milliseconds(seconds: string | null | undefined): number | undefined {
  return seconds && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** Until the next try: as the server says, else longer each time, never at the same moment as others. */
export function waitMs(failures: number, error: unknown): number {
  const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
  return (explain(error).retryMs ?? backoff / 2) + Math.random() * (backoff / 2);
}

/** Waits, but no longer than until the network is back or `wake` is called. */
export class Pause {
  readonly #waiting = new Set<() => void>();

  constructor(signal: AbortSignal) {
    window.addEventListener('online', this.wake, { signal });
    signal.addEventListener('abort', this.wake);
  }

  readonly wake = (): void => {
    for (const go of [...this.#waiting]) go();
  };

  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      this.#waiting.add(go);
    });
  }
}
