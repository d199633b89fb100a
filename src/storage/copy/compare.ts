import { createHash } from 'node:crypto';
import type { FileStore } from '../file-store.js';
import type { StoredFile } from './stored-files.js';

/** How the bytes that a store has of a file are. */
export type Condition = 'whole' | 'missing' | 'damaged';

/**
 * Reads the bytes that a store has of a file, and compares length and SHA-256 with what its row says.
 *
 * @throws AppError SERVICE_UNAVAILABLE, or the error of what was being read, where they can't be read to their end.
 */
export async function conditionOf(store: FileStore, { id, size, sha256 }: StoredFile): Promise<Condition> {
  const bytes = await store.read(id);
  if (bytes === undefined) return 'missing';
  const hash = createHash('sha256');
  let length = 0;
  for await (const piece of bytes) {
    hash.update(piece);
    length += piece.length;
    if (length > size) break;
  }
  return length === size && hash.digest('hex') === sha256 ? 'whole' : 'damaged';
}
