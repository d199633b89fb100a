import type { Answer } from '../../outbound/post.js';
import { MAX_ANSWER } from '../schemas.js';
import type { DueDelivery } from './due-deliveries.js';
import type { Health, MadeAttempt } from './record-attempts.js';
import { delayAfter, pauseAfter, retryAfterMs } from './retry-times.js';

/** An endpoint that has taken nothing for so long gets nothing more. */
const DISABLED_AFTER_MS = 5 * 24 * 3_600_000;
/** Where a receiver asks for patience and doesn't say how long. */
const THROTTLED_MS = 60_000;

/** As the metrics have it. */
export type Outcome = 'delivered' | 'failed' | 'throttled' | 'given-up';

export interface Judgement {
  readonly attempt: MadeAttempt;
  readonly health: Health;
  readonly outcome: Outcome;
}

/** What an answer means for a delivery and its endpoint: as Standard Webhooks has it. */
export function judge(delivery: DueDelivery, answer: Answer, before: Health, now: Date): Judgement {
  const { status, durationMs } = answer;
  const made = { deliveryId: delivery.id, durationMs, status };
  if (status !== null && status >= 200 && status < 300) {
    return {
      attempt: { ...made, error: null, answer: null, retryAt: null, counts: true },
      health: { failingAt: null, failures: 0, retryAt: null, disabled: null },
      outcome: 'delivered',
    };
  }
  const failed = {
    ...made,
    error: answer.error ?? `HTTP_${status}`,
    answer: status === null ? null : shown(answer.text),
  };
  const after = (ms: number) => new Date(now.getTime() + ms);
  const failingAt = before.failingAt ?? now;
  const failures = before.failures + 1;
  const isHopeless = now.getTime() - failingAt.getTime() >= DISABLED_AFTER_MS;
  const disabled = status === 410 ? 'gone' : isHopeless ? 'failing' : null;

  const waitMs = throttleMs(answer, now);
  if (waitMs !== undefined) {
    return {
      // Due as soon as the endpoint is.
      attempt: { ...failed, retryAt: now, counts: false },
      health: { failingAt, failures, retryAt: after(waitMs), disabled },
      outcome: 'throttled',
    };
  }
  // A test is sent once. Where nothing more is sent for now, nothing is given up either.
  const delayMs =
    delivery.event === null ? undefined : (delayAfter(delivery.attempts + 1) ?? (disabled ? 0 : undefined));
  const pauseMs = pauseAfter(failures);
  return {
    attempt: { ...failed, retryAt: delayMs === undefined ? null : after(delayMs), counts: true },
    health: { failingAt, failures, retryAt: pauseMs === 0 ? null : after(pauseMs), disabled },
    outcome: delayMs === undefined ? 'given-up' : 'failed',
  };
}

/** For how long the receiver wants to be left alone; undefined: it doesn't say so. */
function throttleMs({ status, retryAfter }: Answer, now: Date): number | undefined {
  if (status === 429) return retryAfterMs(retryAfter, now) ?? THROTTLED_MS;
  return status === 502 || status === 503 || status === 504 ? retryAfterMs(retryAfter, now) : undefined;
}

/** The beginning of a text as both engines store it. */
function shown(text: string): string {
  const visible = text
    .slice(0, 4 * MAX_ANSWER)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .toWellFormed();
  return [...visible].slice(0, MAX_ANSWER).join('');
}
