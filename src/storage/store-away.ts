import { AppError } from '../errors/app-error.js';

/**
 * Does something with a store.
 *
 * @throws AppError SERVICE_UNAVAILABLE where that fails: its disk is full, or it is away. The log has the reason.
 */
export async function orAway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('SERVICE_UNAVAILABLE', { message: 'Files can be neither stored nor read just now', cause });
  }
}
