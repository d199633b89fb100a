import { AppError } from '../errors/app-error.js';
import type { ReceivedFile } from './file-store.js';
import { type Clamd, scanFile } from './scan-file.js';

export interface ScanOptions extends Clamd {
  /** Whether a file that nobody can look at is refused. */
  readonly required: boolean;
}

interface Log {
  warn(fields: object, message: string): void;
}

/**
 * Has a file looked at before it is stored.
 *
 * @throws AppError FILE_INFECTED; SERVICE_UNAVAILABLE where nobody can look at it just now, unless it is taken then.
 */
export async function requireClean(
  { path, size, sha256 }: Omit<ReceivedFile, 'type'>,
  { required, ...clamd }: ScanOptions,
  log: Log,
): Promise<void> {
  let found: string | undefined;
  try {
    found = await scanFile(path, clamd);
  } catch (cause) {
    if (required) throw new AppError('SERVICE_UNAVAILABLE', { message: 'Files can’t be looked at just now', cause });
    log.warn({ err: cause, size, sha256 }, 'a file was taken without a look at it');
    return;
  }
  if (found === undefined) return;
  log.warn({ found, size, sha256 }, 'malware in an upload');
  throw new AppError('FILE_INFECTED');
}
