import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors/app-error.js';
import { isConflict, toAppError } from './driver-errors.js';

const ATTEMPTS = 5;
const RETRY_DELAY_MS = 10;

/**
 * Runs a transaction, and again from its beginning where it lost to another one: up to 5 times in all, while there is
 * time.
 *
 * @throws AppError SERVICE_UNAVAILABLE when the database can't serve; what the transaction throws otherwise, as it is.
 */
export async function retryConflicts<T>(
  deadline: { readonly expired: boolean } | undefined,
  transaction: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      const again = attempt < ATTEMPTS && !deadline?.expired && !(error instanceof AppError);
      if (!again || !isConflict(error)) throw toAppError(error) ?? error;
    }
    // Doubles, and with jitter: those that collided must not do so again at the next step.
    await sleep(RETRY_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
  }
}
