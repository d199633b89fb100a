import { AppError } from '../../errors/app-error.js';
import type { FileStore } from '../file-store.js';
import { idsOfRows } from '../known-files.js';
import { type Condition, conditionOf } from './compare.js';
import { copyFile, type Stores } from './copy-file.js';
import { countFiles, type StoredFile, storedFiles } from './stored-files.js';

/** It can't be done, and the message says why: nothing is wrong with the program. */
export class CopyError extends Error {
  override name = 'CopyError';
}

/** Files that are copied, or compared, at once: most of the time is waiting, for a disk or a bucket. */
const AT_ONCE = 8;
/** How often a file is tried. */
const ATTEMPTS = 3;
/** So many files one after another that a store could do nothing with: it is not the files. */
const MOST_FAILURES = 10;

export interface Copying extends Stores {
  /** Whether what the target had before is read and compared as well. */
  readonly checksAll: boolean;
  /** Ends it after the files at hand. What is left is done by the next run. */
  readonly signal?: AbortSignal;
  /** Told after each file. */
  onProgress?(step: 'copied' | 'compared', files: number, of: number, bytes: number): void;
  /** Told of each file that the target doesn't have whole in the end, and why. */
  onFault?(fileId: string, why: string): void;
}

export interface Copied {
  /** What the database had when this began. */
  readonly files: number;
  readonly bytes: number;
  /** How many of them the target had. */
  readonly before: number;
  readonly copied: number;
  readonly copiedBytes: number;
  /** How many of `before` were read and compared, and how many of those were not whole and have been copied anew. */
  readonly compared: number;
  readonly renewed: number;
  /** How many the target doesn't have whole. */
  readonly faults: number;
  /** Whether all was looked at that was to be: nobody ended it. */
  readonly ended: 'whole' | 'early';
}

/**
 * Copies the files of a database from one store into another, while the service goes on with either of them. First what the
 * target doesn't have, then, with `checksAll`, what it had before is read and compared. The database says which files there are, of what
 * length and of what SHA-256; each copy is read back and held against that. What is uploaded meanwhile is for the next run: it
 * ends however much comes. Nothing is removed from either store, but a copy of
 * what was deleted meanwhile. Takes about 150 bytes of memory for each file.
 *
 * @throws CopyError, with nothing copied, where a store can't be listed, the source has nothing, or the target has more files of
 * others than of this database; and where one file after another fails
 */
export async function copyFiles({ checksAll, signal, onProgress, onFault, ...stores }: Copying): Promise<Copied> {
  const { files, bytes, last } = await countFiles(stores.db);
  const there = await filesThere(stores);
  if (files > there.size) await requireFiles(stores);
  const done = { copied: 0, copiedBytes: 0, compared: 0, renewed: 0, faults: 0 };
  let before = 0;
  const isThere = ({ id }: StoredFile) => {
    if (!there.has(id)) return false;
    before += 1;
    return true;
  };
  const fault = (fileId: string, why: string) => {
    done.faults += 1;
    onFault?.(fileId, why);
  };
  const copy = async (file: StoredFile, inTarget: Condition) => {
    const outcome = await copyFile(stores, file);
    if (outcome === 'copied') {
      done.copied += 1;
      done.copiedBytes += file.size;
      if (inTarget === 'damaged') done.renewed += 1;
    } else if (outcome === 'missing' || outcome === 'damaged') {
      fault(file.id, `${WORDS[outcome]} in the source, ${WORDS[inTarget]} in the target`);
    }
  };

  const rest = filter(storedFiles(stores.db, last), (file) => !isThere(file));
  await eachOf(rest, { fault, signal }, async (file) => {
    await copy(file, 'missing');
    onProgress?.('copied', done.copied, Math.max(files - there.size, done.copied), done.copiedBytes);
  });
  let comparedBytes = 0;
  const earlier = filter(storedFiles(stores.db, last), ({ id }) => checksAll && there.has(id));
  await eachOf(earlier, { fault, signal }, async (file) => {
    const condition = await conditionOf(stores.target, file);
    if (condition !== 'whole') await copy(file, condition);
    done.compared += 1;
    comparedBytes += file.size;
    onProgress?.('compared', done.compared, there.size, comparedBytes);
  });
  return { files, bytes, before, ...done, ended: signal?.aborted ? 'early' : 'whole' };
}

const WORDS: Record<Condition, string> = { missing: 'not', damaged: 'damaged', whole: 'whole' };

/** The ids of this database's files that the target has. */
async function filesThere({ db, target }: Stores): Promise<Set<string>> {
  const there = new Set<string>();
  let unknown = 0;
  for await (const ids of listed(target, 'target')) {
    const known = await idsOfRows(db, ids);
    unknown += ids.length - known.size;
    for (const id of known) there.add(id);
  }
  // The service would remove them as leftovers.
  if (unknown > there.size) {
    throw new CopyError(
      `The target has ${unknown} files that this database does not know, and ${there.size} that it does: a folder or a prefix is for one database. Nothing was copied`,
    );
  }
  return there;
}

async function requireFiles({ source }: Stores): Promise<void> {
  for await (const ids of listed(source, 'source')) if (ids.length > 0) return;
  throw new CopyError('The source has no files: is it the one, and is it mounted? Nothing was copied');
}

async function* listed(store: FileStore, which: string): AsyncGenerator<readonly string[], void> {
  try {
    yield* store.list();
  } catch (error) {
    throw new CopyError(`The files of the ${which} can’t be listed: ${reasonOf(error)}`, { cause: error });
  }
}

async function* filter<T>(items: AsyncIterable<T>, isMeant: (item: T) => boolean): AsyncGenerator<T, void> {
  for await (const item of items) if (isMeant(item)) yield item;
}

interface Working {
  fault(fileId: string, why: string): void;
  signal: AbortSignal | undefined;
}

/** Does something with each file, several at once, and tells of those with which it fails. */
async function eachOf(
  files: AsyncGenerator<StoredFile, void>,
  { fault, signal }: Working,
  work: (file: StoredFile) => Promise<void>,
): Promise<void> {
  let failures = 0;
  const one = async () => {
    while (failures < MOST_FAILURES && !signal?.aborted) {
      const next = await files.next();
      if (next.done) return;
      try {
        await severalTimes(() => work(next.value));
        if (failures < MOST_FAILURES) failures = 0;
      } catch (error) {
        fault(next.value.id, reasonOf(error));
        failures += 1;
        if (failures === MOST_FAILURES)
          throw new CopyError(`Ended: ${failures} files failed in a row, the last with: ${reasonOf(error)}`);
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, one));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function severalTimes(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** What a store has said: that files can't be read just now says too little. */
function reasonOf(error: unknown): string {
  const cause = error instanceof AppError ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
