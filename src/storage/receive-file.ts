import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '../config/make-folder.js';
import { AppError } from '../errors/app-error.js';
import { detectType, isTextual } from './detect-type.js';
import type { ReceivedFile } from './file-store.js';
import { orAway } from './store-away.js';

/** How the names begin of what is being received, and of what a crash has left of it. */
export const INCOMING = 'incoming-';

/** Most bytes that wait until others are written: then one write takes them all. */
const MAX_WAITING = 2 ** 18;

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
    const { size, sha256, isText } = await writeTo(file, body, { maxBytes, stays }).finally(() => file.close());
    return { path, size, sha256, type: await detectType(path, isText) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function writeTo(file: FileHandle, body: AsyncIterable<Buffer>, options: Omit<Receiving, 'folder'>) {
  const { maxBytes, stays } = options;
  const hash = createHash('sha256');
  let isText = true;
  let size = 0;
  let flushedAt = 0;
  let flushed = Promise.resolve();
  const flush = () => {
    flushedAt = size;
    flushed = flushed.then(() => file.datasync());
    // It is waited for in the end.
    flushed.catch(() => {});
  };
  // Each piece is being written while it is looked at, and while the next ones come.
  async function* looked() {
    for await (const piece of body) {
      size += piece.length;
      if (size > maxBytes) throw new AppError('PAYLOAD_TOO_LARGE', { message: tooLarge(maxBytes) });
      yield piece;
      hash.update(piece);
      isText &&= isTextual(piece);
      if (stays && size - flushedAt >= FLUSHED_AT_ONCE) flush();
    }
    // Before the stream closes the file.
    await flushed;
  }
  await orAway(() => pipeline(looked(), file.createWriteStream({ highWaterMark: MAX_WAITING })));
  if (size === 0) throw new AppError('BAD_REQUEST', { details: [{ path: '', message: 'The file is empty' }] });
  return { size, sha256: hash.digest('hex'), isText };
}

export function tooLarge(maxBytes: number): string {
  return `A file has at most ${maxBytes} bytes`;
}
