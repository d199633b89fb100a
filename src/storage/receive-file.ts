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

interface Receiving {
  folder: string;
  maxBytes: number;
}

/** As a ReceivedFile, but that its type may be none that is known. */
export type Received = Omit<ReceivedFile, 'type'> & { readonly type: string | undefined };

/**
 * Writes bytes into a new file of a folder as they come, one piece at a time, and looks at what they are.
 *
 * @throws AppError PAYLOAD_TOO_LARGE beyond `maxBytes`, BAD_REQUEST without a byte, SERVICE_UNAVAILABLE where it can't be written;
 * what `body` does. Nothing of it is left then.
 */
export async function receiveFile(body: AsyncIterable<Buffer>, { folder, maxBytes }: Receiving): Promise<Received> {
  const path = join(folder, `${INCOMING}${randomUUID()}`);
  const file = await orAway(async () => {
    makeFolder(folder);
    return open(path, 'wx', 0o600);
  });
  try {
    const { size, sha256, isText } = await writeTo(file, body, maxBytes).finally(() => file.close());
    return { path, size, sha256, type: await detectType(path, isText) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function writeTo(file: FileHandle, body: AsyncIterable<Buffer>, maxBytes: number) {
  const hash = createHash('sha256');
  let isText = true;
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > maxBytes) throw new AppError('PAYLOAD_TOO_LARGE', { message: tooLarge(maxBytes) });
    hash.update(piece);
    isText &&= isTextual(piece);
    await orAway(() => writeAll(file, piece));
  }
  if (size === 0) throw new AppError('BAD_REQUEST', { details: [{ path: '', message: 'The file is empty' }] });
  return { size, sha256: hash.digest('hex'), isText };
}

async function writeAll(file: FileHandle, piece: Buffer): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
}

export function tooLarge(maxBytes: number): string {
  return `A file has at most ${maxBytes} bytes`;
}
