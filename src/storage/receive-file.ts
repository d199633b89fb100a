import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../config/make-folder.js';
import { AppError } from '../errors/app-error.js';
import { detectType, isTextual } from './detect-type.js';
import type { ReceivedFile } from './file-store.js';
import { orAway } from './store-away.js';

/** How the names begin of what is being received, and of what a crash has left of it. */
export const INCOMING = 'incoming-';

/** So many bytes, or pieces, are written at once: each write takes a thread that has to be woken. */
const BATCH_BYTES = 2 ** 18;
const BATCH_PIECES = 64;

/** While more than so many files come, each piece is written at once: together they would hold up others, and take much memory. */
const BATCHED_FILES = 10;

/** As soon as so many have come, they are sent to the disk, while others come: then there is less to wait for in the end. */
const FLUSHED_AT_ONCE = 2 ** 22;

interface Receiving {
  folder: string;
  maxBytes: number;
  /** It is going to stay on this machine's disk. */
  stays: boolean;
}

/** As a ReceivedFile, but that its type may be none that is known. */
export type Received = Omit<ReceivedFile, 'type'> & { readonly type: string | undefined };

/**
 * Writes bytes into a new file of a folder as they come, and looks at what they are.
 *
 * @throws AppError PAYLOAD_TOO_LARGE beyond `maxBytes`, BAD_REQUEST without a byte, SERVICE_UNAVAILABLE where it can't be written;
 * what `body` does. Nothing of it is left then.
 */
export async function receiveFile(
  body: AsyncIterable<Buffer>,
  { folder, maxBytes, stays }: Receiving,
): Promise<Received> {
  const path = join(folder, `${INCOMING}${randomUUID()}`);
  const file = await orAway(async () => {
    makeFolder(folder);
    return open(path, 'wx', 0o600);
  });
  try {
    return await receiveInto(file, path, body, { maxBytes, stays }).finally(() => file.close());
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function receiveInto(
  file: FileHandle,
  path: string,
  body: AsyncIterable<Buffer>,
  { maxBytes, stays }: Omit<Receiving, 'folder'>,
): Promise<Received> {
  const writing = new Writing(file, stays);
  try {
    for await (const piece of body) {
      if (writing.size + piece.length > maxBytes) {
        throw new AppError('PAYLOAD_TOO_LARGE', { message: tooLarge(maxBytes) });
      }
      await writing.add(piece);
    }
    const { size, sha256, isText } = await writing.end();
    if (size === 0) throw new AppError('BAD_REQUEST', { details: [{ path: '', message: 'The file is empty' }] });
    // What is left goes to the disk meanwhile.
    const [type] = await Promise.all([detectType(path, isText), writing.flushed()]);
    return { path, size, sha256, type };
  } finally {
    await writing.stop();
  }
}

/** Of all uploads that are under way. */
let filesComing = 0;

/** Writes pieces to a file, and looks at each while it is being written. */
class Writing {
  readonly #file: FileHandle;
  readonly #stays: boolean;
  readonly #hash = createHash('sha256');
  #isText = true;
  #size = 0;
  #waiting: Buffer[] = [];
  #bytesWaiting = 0;
  #bytesFlushed = 0;
  /** What goes on; both are waited for later on. */
  #written = Promise.resolve();
  #flushed = Promise.resolve();

  constructor(file: FileHandle, stays: boolean) {
    this.#file = file;
    this.#stays = stays;
    filesComing += 1;
  }

  get size(): number {
    return this.#size;
  }

  async add(piece: Buffer): Promise<void> {
    this.#size += piece.length;
    this.#waiting.push(piece);
    this.#bytesWaiting += piece.length;
    const isFull = this.#bytesWaiting >= BATCH_BYTES || this.#waiting.length >= BATCH_PIECES;
    if (isFull || filesComing > BATCHED_FILES) await this.#write();
  }

  /** All of it is written. */
  async end(): Promise<{ size: number; sha256: string; isText: boolean }> {
    await this.#write();
    await orAway(() => this.#written);
    return { size: this.#size, sha256: this.#hash.digest('hex'), isText: this.#isText };
  }

  /** All that is written is on this machine's disk, if it is going to stay there. */
  async flushed(): Promise<void> {
    this.#flush();
    await orAway(() => this.#flushed);
  }

  /** To be called before the file is closed, whatever has happened. */
  async stop(): Promise<void> {
    filesComing -= 1;
    await Promise.allSettled([this.#written, this.#flushed]);
  }

  /** Starts to write what waits, once what was written before is. */
  async #write(): Promise<void> {
    await orAway(() => this.#written);
    const pieces = this.#waiting;
    if (pieces.length === 0) return;
    this.#waiting = [];
    this.#written = writeAll(this.#file, pieces, this.#bytesWaiting);
    // It is waited for later on.
    this.#written.catch(() => {});
    this.#bytesWaiting = 0;
    for (const piece of pieces) {
      this.#hash.update(piece);
      this.#isText &&= isTextual(piece);
    }
    if (this.#size - this.#bytesFlushed >= FLUSHED_AT_ONCE) this.#flush();
  }

  /** Sends to the disk what is written, or being written. */
  #flush(): void {
    if (!this.#stays) return;
    this.#bytesFlushed = this.#size;
    this.#flushed = Promise.all([this.#flushed, this.#written]).then(() => this.#file.datasync());
    this.#flushed.catch(() => {});
  }
}

async function writeAll(file: FileHandle, pieces: Buffer[], bytes: number): Promise<void> {
  const { bytesWritten } = await file.writev(pieces);
  // The disk is full, most likely: then this says so.
  if (bytesWritten < bytes) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}

export function tooLarge(maxBytes: number): string {
  return `A file has at most ${maxBytes} bytes`;
}
