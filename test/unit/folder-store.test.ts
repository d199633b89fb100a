import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/schema/ids.js';
import { FolderStore } from '../../src/storage/folder-store.js';

const MIB = 2 ** 20;
const bytes = randomBytes(2 * MIB + 12_345);

describe('bytes of a folder', () => {
  let folder: string;
  let store: FolderStore;
  const fileId = newId('file');
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'support-api-store-'));
    store = new FolderStore(folder);
    const path = join(folder, 'received');
    writeFileSync(path, bytes);
    await store.put(fileId, { path, size: bytes.length, type: 'text/plain', sha256: '' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = async (range?: { start: number; end: number }) => (await store.read(fileId, range)) as Readable;
  const first = async (stream: Readable): Promise<Buffer> => (await stream[Symbol.asyncIterator]().next()).value;

  it.each([
    ['all of them', undefined],
    ['the first one', { start: 0, end: 0 }],
    ['from the middle of one piece to that of another', { start: MIB / 4, end: MIB + 77 }],
    ['the last ones', { start: bytes.length - 10, end: bytes.length - 1 }],
    ['beyond the end', { start: bytes.length - 10, end: bytes.length + 100 }],
  ])('are as they were stored: %s', async (_what, range) => {
    const expected = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
    expect((await buffer(await read(range))).equals(expected)).toBe(true);
  });

  it('come in small pieces while many are read at once: nobody who reads slowly keeps much of them', async () => {
    const few = await read();
    expect((await first(few)).length).toBe(MIB / 2);
    const many: Readable[] = [];
    for (let reader = 0; reader < 100; reader += 1) many.push(await read());
    // All of them have begun.
    for (const stream of many) await first(stream);
    const late = await read();
    expect((await first(late)).length).toBe(2 ** 16);
    const all = [few, late, ...many];
    const closed = Promise.all(all.map((stream) => new Promise((resolve) => stream.once('close', resolve))));
    for (const stream of all) stream.destroy();
    await closed;
    const after = await read();
    expect((await first(after)).length).toBe(MIB / 2);
    after.destroy();
  });

  it.runIf(process.platform === 'linux')('leave no file open when nobody reads them to the end', async () => {
    const open = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).endsWith(fileId);
        } catch {
          // That of this look itself.
          return false;
        }
      }).length;
    await vi.waitFor(() => expect(open()).toBe(0));
    const [unread, begun] = [await read(), await read()];
    await first(begun);
    expect(open()).toBe(2);
    unread.destroy();
    begun.destroy();
    await vi.waitFor(() => expect(open()).toBe(0));
  });
});
