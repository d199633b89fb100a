import { chmod, type FileHandle, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { makeFolder } from '../config/make-folder.js';
import { isFileId } from '../schema/ids.js';
import type { ByteRange, FileStore, ReceivedFile } from './file-store.js';
import { orAway } from './store-away.js';

/** Of an id's time: a folder for every 4.7 hours, so that none has too many files, and the folders are in order. */
const TIME_DIGITS = 6;

/** So much is read at once: each read takes a thread that has to be woken. */
const PIECE_BYTES = 2 ** 19;

/** While more than so many files are being read, it is less: whoever reads slowly keeps a piece in memory. */
const MANY_FILES = 100;
const SMALL_PIECE_BYTES = 2 ** 16;

/**
 * Files in a folder of this machine. Each is renamed into its place once it is whole and on disk, and is for the owner of the
 * process alone (0600), whatever the umask.
 */
export class FolderStore implements FileStore {
  readonly incoming: string;
  readonly isLocal = true;
  readonly #folder: string;
  #filesRead = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.incoming = join(folder, 'incoming');
  }

  async put(fileId: string, { path }: ReceivedFile): Promise<void> {
    const place = this.#place(fileId);
    await orAway(async () => {
      await chmod(path, 0o600);
      await sync(path);
      await moveTo(place, path);
      await sync(dirname(place));
    });
  }

  async read(fileId: string, range?: ByteRange): Promise<Readable | undefined> {
    return orAway(async () => {
      const file = await open(this.#place(fileId)).catch(undefinedIfMissing);
      if (file === undefined) return undefined;
      // One piece at a time: none is read before the one before it is taken.
      const bytes = Readable.from(this.#piecesOf(file, range), { objectMode: false, highWaterMark: 0 });
      // Not by what gives the pieces: it never starts where nobody reads any.
      return bytes.once('close', () => void file.close().catch(() => {}));
    });
  }

  async remove(fileId: string): Promise<void> {
    const place = this.#place(fileId);
    await orAway(() => rm(place, { force: true }));
    // Where it was the last one. Whoever stores one there at the same time makes the folder again.
    await rmdir(dirname(place)).catch(() => {});
  }

  async *list(): AsyncIterable<readonly string[]> {
    for (const folder of await this.#namesIn(this.#folder)) {
      if (!/^[0-9a-f]{6}$/.test(folder)) continue;
      yield (await this.#namesIn(join(this.#folder, folder))).filter(isFileId);
    }
  }

  async #namesIn(folder: string): Promise<string[]> {
    const names = await orAway(() => readdir(folder).catch(undefinedIfMissing));
    return (names ?? []).sort();
  }

  async *#piecesOf(file: FileHandle, { start = 0, end = Number.POSITIVE_INFINITY }: Partial<ByteRange> = {}) {
    this.#filesRead += 1;
    try {
      for (let position = start; position <= end; ) {
        const most = this.#filesRead > MANY_FILES ? SMALL_PIECE_BYTES : PIECE_BYTES;
        const piece = Buffer.allocUnsafeSlow(Math.min(most, end - position + 1));
        const { bytesRead } = await file.read(piece, 0, piece.length, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      this.#filesRead -= 1;
    }
  }

  #place(fileId: string): string {
    if (!isFileId(fileId)) throw new TypeError('Not the id of a file');
    const start = 'file_'.length;
    return join(this.#folder, fileId.slice(start, start + TIME_DIGITS), fileId);
  }
}

async function moveTo(place: string, path: string): Promise<void> {
  makeFolder(dirname(place));
  await rename(path, place).catch(async (error) => {
    undefinedIfMissing(error);
    // The folder was removed meanwhile, as the last file in it was.
    makeFolder(dirname(place));
    await rename(path, place);
  });
}

/** Waits until a file, or what files a folder has, is on disk. */
async function sync(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
