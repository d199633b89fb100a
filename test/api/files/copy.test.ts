import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { type Copying, copyFiles } from '../../../src/storage/copy/copy-files.js';
import type { FileStore } from '../../../src/storage/file-store.js';
import { FolderStore } from '../../../src/storage/folder-store.js';
import { startApp, type TestApp } from '../../support/app.js';
import { filesBelow, PNG, TEXT, upload } from '../../support/files.js';
import { restClient } from '../../support/rest-client.js';
import { dataOf, newUser } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
let folder: string;
let target: FileStore;
let token: string;
beforeEach(async () => {
  server = await startApp();
  folder = mkdtempSync(join(tmpdir(), 'support-api-copy-'));
  target = new FolderStore(folder);
  token = customerToken(newUser(), { exp: undefined });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const newFile = async (body = PNG): Promise<string> =>
  dataOf(await upload(server.url, token, body, { name: body === TEXT ? 'a.txt' : 'a.png' })).fileId;
const newFiles = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await newFile());
  return ids;
};
const remove = async (fileId: string) => {
  const { status } = await restClient(server.url, token).call('DELETE', `/support/files/${fileId}`);
  expect(status).toBe(200);
};
/** The same store, but for some of what it does. */
const changed = (store: FileStore, over: Partial<FileStore>): FileStore => ({
  incoming: store.incoming,
  isLocal: store.isLocal,
  put: (...args) => store.put(...args),
  read: (...args) => store.read(...args),
  remove: (...args) => store.remove(...args),
  list: () => store.list(),
  ...over,
});

/** Copies, and gives what was told of it. */
async function copy(over: Partial<Copying> = {}) {
  const faults: Record<string, string> = {};
  const { db, store: source } = server;
  const onFault = (fileId: string, why: string) => {
    faults[fileId] = why;
  };
  const copied = await copyFiles({ db, source, target, checksAll: true, onFault, ...over });
  return { ...copied, faultsOf: faults };
}

async function bytesIn(store: FileStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const ids of store.list()) {
    for (const id of ids) {
      const bytes = await store.read(id);
      found[id] = Buffer.concat((await bytes?.toArray()) ?? []).toString('latin1');
    }
  }
  return found;
}

/** Puts bytes where a store has others, or none: as whoever changes a folder or a bucket by hand. */
async function putBytes(store: FileStore, fileId: string, bytes: Buffer): Promise<void> {
  const path = join(folder, 'by-hand');
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await store.put(fileId, { path, size: bytes.length, type: 'image/png', sha256 });
  rmSync(path, { force: true });
}

it('copies every file as it is, leaves the source alone, and has nothing to do the second time', async () => {
  await newFiles(9);
  await newFile(TEXT);
  const before = await bytesIn(server.store);
  const steps: unknown[] = [];
  const first = await copy({ onProgress: (...step) => steps.push(step) });
  const bytes = 9 * PNG.length + TEXT.length;
  const all = { files: 10, bytes, faults: 0, renewed: 0, ended: 'whole', faultsOf: {} };
  expect(first).toEqual({ ...all, before: 0, copied: 10, copiedBytes: bytes, compared: 0 });
  expect(steps.slice(-1)).toEqual([['copied', 10, 10, bytes]]);
  expect(await bytesIn(target)).toEqual(before);
  expect(await bytesIn(server.store)).toEqual(before);
  expect(await copy()).toEqual({ ...all, before: 10, copied: 0, copiedBytes: 0, compared: 10 });
  expect(await copy({ checksAll: false })).toEqual({ ...all, before: 10, copied: 0, copiedBytes: 0, compared: 0 });
  // Nothing is left of what was on its way.
  expect(filesBelow(join(folder, 'incoming'))).toEqual([]);
});

it('copies what came since, and nothing of what was deleted or never was of this database', async () => {
  const [deleted = ''] = await newFiles(3);
  await copy();
  await remove(deleted);
  await putBytes(server.store, newId('file'), PNG);
  const later = await newFile(TEXT);
  expect(await copy()).toMatchObject({ files: 3, before: 2, copied: 1, faultsOf: {} });
  expect(Object.keys(await bytesIn(target))).toContain(later);
  expect(Object.keys(await bytesIn(target))).toHaveLength(4);
});

it('ends with what there was when it began, though more comes with each file: the next run copies that', async () => {
  await newFiles(3);
  const first = await copy({
    target: changed(target, {
      put: async (...args) => {
        await newFile();
        await target.put(...args);
      },
    }),
  });
  expect(first).toMatchObject({ files: 3, before: 0, copied: 3, compared: 0, ended: 'whole' });
  expect(await copy()).toMatchObject({ files: 6, before: 3, copied: 3, compared: 3 });
});

it('names what the source does not have, or not as it was, and copies all else', async () => {
  const [lost = '', short = '', long = '', other = '', empty = '', whole = ''] = await newFiles(6);
  await server.store.remove(lost);
  await putBytes(server.store, short, PNG.subarray(1));
  await putBytes(server.store, long, Buffer.concat([PNG, PNG]));
  await putBytes(server.store, other, Buffer.from(PNG).fill(0, 50, 51));
  await putBytes(server.store, empty, Buffer.alloc(0));
  const damaged = 'damaged in the source, not in the target';
  const faultsOf = {
    [lost]: 'not in the source, not in the target',
    [short]: damaged,
    [long]: damaged,
    [other]: damaged,
    [empty]: damaged,
  };
  expect(await copy()).toMatchObject({ copied: 1, faults: 5, faultsOf });
  expect(Object.keys(await bytesIn(target))).toEqual([whole]);
  expect(filesBelow(join(folder, 'incoming'))).toEqual([]);
});

it('finds what is damaged in the target, and copies it anew where the source has it', async () => {
  const [first = '', second = '', third = ''] = await newFiles(3);
  await copy();
  await putBytes(target, second, PNG.subarray(1));
  await putBytes(target, third, TEXT);
  await server.store.remove(third);
  expect(await copy({ checksAll: false })).toMatchObject({ compared: 0, faults: 0 });
  const faultsOf = { [third]: 'not in the source, damaged in the target' };
  expect(await copy()).toMatchObject({ before: 3, copied: 1, renewed: 1, compared: 3, faults: 1, faultsOf });
  const { [first]: one, [second]: two } = await bytesIn(target);
  expect([one, two]).toEqual([PNG.toString('latin1'), PNG.toString('latin1')]);
});

it('leaves nothing of what is deleted while it is being copied, nor calls it missing', async () => {
  const [, gone] = await newFiles(2);
  const source = changed(server.store, {
    read: async (fileId) => {
      const bytes = await server.store.read(fileId);
      await remove(fileId);
      if (fileId !== gone) return bytes;
      bytes?.destroy();
      return undefined;
    },
  });
  expect(await copy({ source })).toMatchObject({ copied: 0, faults: 0, ended: 'whole' });
  expect(await bytesIn(target)).toEqual({});
});

it('takes what the service has put into the target meanwhile as there', async () => {
  const [fileId = '', other = ''] = await newFiles(2);
  await server.store.remove(fileId);
  const lateTarget = changed(target, {
    async *list() {
      yield [];
      await putBytes(target, fileId, PNG);
    },
  });
  expect(await copy({ target: lateTarget })).toMatchObject({ copied: 1, faults: 0 });
  expect(Object.keys(await bytesIn(target))).toEqual([fileId, other]);
});

it('ends where it is told to, and the next run goes on', async () => {
  await newFiles(20);
  const stopped = new AbortController();
  const onProgress = () => stopped.abort();
  const first = await copy({ signal: stopped.signal, onProgress });
  expect(first.ended).toBe('early');
  expect(first.copied).toBeGreaterThan(0);
  expect(first.copied).toBeLessThan(20);
  expect(await copy()).toMatchObject({ before: first.copied, copied: 20 - first.copied, ended: 'whole' });
});

it('copies nothing into a place that has the files of another database, nor from one that has none', async () => {
  await newFile();
  await putBytes(target, newId('file'), PNG);
  await expect(copy()).rejects.toThrow(
    'The target has 1 files that this database does not know, and 0 that it does: a folder or a prefix is for one database. Nothing was copied',
  );
  const nowhere = new FolderStore(join(folder, 'nowhere'));
  await expect(copy({ source: nowhere, target: new FolderStore(join(folder, 'new')) })).rejects.toThrow(
    'The source has no files: is it the one, and is it mounted? Nothing was copied',
  );
  expect(Object.keys(await bytesIn(target))).toHaveLength(1);
});

it('gives up where a store fails with file after file, and says with what', async () => {
  await newFiles(20);
  writeFileSync(target.incoming, 'no folder');
  await expect(copy()).rejects.toThrow(/^Ended: 10 files failed in a row, the last with: .*incoming/);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  await expect(copy()).rejects.toThrow(/^The files of the target can’t be listed: ENOTDIR/);
});
