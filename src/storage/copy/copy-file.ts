import { rm } from 'node:fs/promises';
import type { Database } from '../../db/database.js';
import { AppError } from '../../errors/app-error.js';
import type { FileStore } from '../file-store.js';
import { receiveFile } from '../receive-file.js';
import { type Condition, conditionOf } from './compare.js';
import { isStillStored, type StoredFile } from './stored-files.js';

export interface Stores {
  readonly db: Database;
  readonly source: FileStore;
  readonly target: FileStore;
}

/**
 * - `copied`: the target has been read back, and has what the row says
 * - `there`: the target has got it meanwhile, from the service
 * - `deleted`: somebody has deleted it meanwhile
 * - `missing`, `damaged`: the source doesn't have what the row says, and neither has the target
 */
export type Outcome = 'copied' | 'there' | 'deleted' | 'missing' | 'damaged';

/**
 * Copies a file that the target doesn't have whole. The source is only read. What the target has is the whole file or nothing,
 * whenever this ends.
 *
 * @throws where a store can't do its part just now
 */
export async function copyFile({ db, source, target }: Stores, file: StoredFile): Promise<Outcome> {
  const outcome = await copyWhole(source, target, file);
  if (outcome !== 'copied') {
    if ((await conditionOf(target, file)) === 'whole') return 'there';
    return (await isStillStored(db, file.id)) ? outcome : 'deleted';
  }
  if ((await conditionOf(target, file)) !== 'whole')
    throw new Error('The target gives other bytes than were put there');
  if (await isStillStored(db, file.id)) return 'copied';
  // Whoever has removed its bytes may have done so before they came here.
  await target.remove(file.id);
  return 'deleted';
}

async function copyWhole(
  source: FileStore,
  target: FileStore,
  { id, size, type, sha256 }: StoredFile,
): Promise<'copied' | Exclude<Condition, 'whole'>> {
  const bytes = await source.read(id);
  if (bytes === undefined) return 'missing';
  let path: string | undefined;
  try {
    const received = await receiveFile(bytes, { folder: target.incoming, maxBytes: size, stays: target.isLocal });
    path = received.path;
    if (received.size !== size || received.sha256 !== sha256) return 'damaged';
    await target.put(id, { path, size, type, sha256 });
    return 'copied';
  } catch (error) {
    // It has more bytes than its row says, or none.
    if (error instanceof AppError && /^(PAYLOAD_TOO_LARGE|BAD_REQUEST)$/.test(error.appCode)) return 'damaged';
    throw error;
  } finally {
    bytes.destroy();
    if (path !== undefined) await rm(path, { force: true });
  }
}
