import { createHash } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileLeftovers, fileRemoval } from '../../../src/jobs/file-removal.js';
import type { Clock } from '../../../src/schema/clock.js';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { filesBelow, filesKept, PNG, storedBytes, upload } from '../../support/files.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, NEW_TICKET, newUser, visibleRefusal } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const MISSING = 'file_01936b2e-7c1f-7abc-8def-0123456789ab';
const HOUR_MS = 3_600_000;
const NEVER = new AbortController().signal;

const clock = new TestClock();
let server: TestApp;
let removal: () => Promise<number>;
let missing: readonly string[];
let leftovers: (at?: Clock) => Promise<number>;
beforeAll(async () => {
  server = await startApp({ clock });
  const parts = { db: server.db, clock, store: server.store };
  removal = () => fileRemoval(parts).run(NEVER);
  const onCompared = (found: { missing: readonly string[] }) => {
    missing = found.missing;
  };
  leftovers = (at = clock) => fileLeftovers({ ...parts, clock: at, onCompared }).run(NEVER);
});
afterAll(() => server[Symbol.asyncDispose]());

const tokenOf = (user: string) => customerToken(user, { exp: undefined });
const AGENT = agentToken('agent_1', { exp: undefined });
const newFile = async (token: string): Promise<string> => dataOf(await upload(server.url, token, PNG)).fileId;
const isStored = async (fileId: string) => (await storedBytes(server, fileId)) !== undefined;
/** Bytes that no row knows. */
async function newOrphan(): Promise<string> {
  const fileId = newId('file');
  const path = join(server.filesFolder, `${fileId}.tmp`);
  writeFileSync(path, PNG);
  const sha256 = createHash('sha256').update(PNG).digest('hex');
  await server.store.put(fileId, { path, size: PNG.length, type: 'image/png', sha256 });
  return fileId;
}
const hasRow = async (fileId: string) => (await server.db.reader.file.count({ where: { id: fileId } })) > 0;

describe.each(CALLS)('a file that is deleted over %s', (_surface, open) => {
  let token: string;
  let customer: Call;
  let agent: Call;
  beforeAll(() => {
    token = tokenOf(newUser());
    customer = open(server.url, token);
    agent = open(server.url, AGENT);
  });
  const newTicket = async (attachments: string[]): Promise<string> =>
    dataOf(await customer('support.tickets.create', { ...NEW_TICKET, attachments })).ticketId;
  const remove = (call: Call, fileId: string) => call('support.files.delete', { fileId });

  it('by its uploader is read by nobody, is told of in the history, and its bytes are removed', async () => {
    const fileId = await newFile(token);
    const ticketId = await newTicket([fileId]);
    const { url } = dataOf(await customer('support.files.get', { fileId }));
    const before = dataOf(await agent('desk.tickets.get', { ticketId }));
    expect(dataOf(await remove(customer, fileId))).toEqual({ fileId });
    expect(await customer('support.files.get', { fileId })).toMatchObject({ status: 404 });
    expect((await fetch(server.url + url)).status).toBe(404);
    expect(dataOf(await customer('support.tickets.files', { ticketId })).files).toEqual([]);
    const after = dataOf(await agent('desk.tickets.get', { ticketId }));
    expect(after).toMatchObject({ attachments: [fileId], files: [{ fileId, stored: false }], version: 2 });
    expect(after.updatedAt > before.updatedAt).toBe(true);
    const { events } = dataOf(await agent('desk.tickets.events', { ticketId }));
    expect(events.at(-1)).toMatchObject({
      type: 'file.removed',
      before: { fileId, name: 'file.png' },
      after: { fileId: null, name: null },
      timestamp: after.updatedAt,
    });
    expect(await isStored(fileId)).toBe(true);
    await removal();
    expect([await isStored(fileId), await hasRow(fileId)]).toEqual([false, false]);
    expect(await remove(customer, fileId)).toMatchObject({ status: 404 });
  });

  it('by the desk is gone too; of a note, without a sign to the customer', async () => {
    const fileId = await newFile(token);
    const notes = await newFile(AGENT);
    const ticketId = await newTicket([fileId]);
    dataOf(await agent('desk.notes.add', { ticketId, content: 'n', attachments: [notes] }));
    const before = dataOf(await agent('desk.tickets.get', { ticketId }));
    dataOf(await remove(agent, notes));
    const after = dataOf(await agent('desk.tickets.get', { ticketId }));
    expect([after.version, after.updatedAt]).toEqual([before.version + 1, before.updatedAt]);
    dataOf(await remove(agent, fileId));
    expect(dataOf(await agent('support.tickets.files', { ticketId })).files).toEqual([]);
  });

  it('before it was attached can’t be attached any more, and makes room', async () => {
    const fileId = await newFile(token);
    dataOf(await remove(customer, fileId));
    const refused = await customer('support.tickets.create', { ...NEW_TICKET, attachments: [fileId] });
    expect(refused).toMatchObject({ status: 400, details: [{ path: 'attachments.0' }] });
  });

  it('is its uploader’s or the desk’s to delete: to all others it is the 404 of no file', async () => {
    const stranger = open(server.url, tokenOf(newUser()));
    const free = await newFile(token);
    const attached = await newFile(token);
    const agents = await newFile(AGENT);
    const ticketId = await newTicket([attached]);
    dataOf(await agent('desk.messages.reply', { ticketId, message: 'r', attachments: [agents] }));
    const missing = visibleRefusal(await remove(stranger, MISSING));
    for (const fileId of [free, attached, agents, 'x']) {
      expect(visibleRefusal(await remove(stranger, fileId))).toEqual(missing);
    }
    expect(await remove(customer, agents)).toMatchObject({ status: 404 });
    expect(await remove(agent, free)).toMatchObject({ status: 404 });
    expect([await hasRow(free), await hasRow(attached), await hasRow(agents)]).toEqual([true, true, true]);
  });
});

describe('the background jobs', () => {
  it('remove files that were attached to nothing for 24 hours, and no others', async () => {
    const token = tokenOf(newUser());
    const [free, attached] = [await newFile(token), await newFile(token)];
    const [[, open]] = CALLS as [(typeof CALLS)[number]];
    dataOf(await open(server.url, token)('support.tickets.create', { ...NEW_TICKET, attachments: [attached] }));
    clock.advance(24 * HOUR_MS - 1);
    await removal();
    expect(await isStored(free)).toBe(true);
    clock.advance(1);
    expect(await removal()).toBeGreaterThanOrEqual(1);
    expect([await isStored(free), await hasRow(free)]).toEqual([false, false]);
    expect([await isStored(attached), await hasRow(attached)]).toEqual([true, true]);
    expect(await removal()).toBe(0);
  });

  it('remove the row of a file whose bytes a crash has taken before it', async () => {
    const token = tokenOf(newUser());
    const fileId = await newFile(token);
    await server.store.remove(fileId);
    clock.advance(24 * HOUR_MS);
    await removal();
    expect(await hasRow(fileId)).toBe(false);
  });

  it('remove what a crash has left in the store and among what was received, once it is old enough', async () => {
    const kept = await newFile(tokenOf(newUser()));
    const orphan = await newOrphan();
    const incoming = join(server.filesFolder, 'incoming', 'incoming-x');
    writeFileSync(incoming, 'x');
    // The ids have the time of this machine in them, which the clock is ahead of by now.
    const early = new TestClock(Date.now() + HOUR_MS);
    await leftovers(early);
    expect([await isStored(orphan), filesBelow(join(server.filesFolder, 'incoming'))]).toEqual([true, [incoming]]);
    early.advance(2 * HOUR_MS);
    utimesSync(incoming, 0, 0);
    await leftovers(early);
    expect([await isStored(orphan), filesBelow(join(server.filesFolder, 'incoming'))]).toEqual([false, []]);
    expect(await isStored(kept)).toBe(true);
    expect(await leftovers()).toBe(0);
  });

  it('tell of files whose bytes are gone, once they are old enough, and leave what is known of them', async () => {
    const token = tokenOf(newUser());
    const [[, open]] = CALLS as [(typeof CALLS)[number]];
    const [first, there, last] = [await newFile(token), await newFile(token), await newFile(token)];
    dataOf(
      await open(server.url, token)('support.tickets.create', { ...NEW_TICKET, attachments: [first, there, last] }),
    );
    for (const fileId of [first, last]) await server.store.remove(fileId);
    await leftovers(new TestClock(Date.now() + HOUR_MS));
    expect(missing).toEqual([]);
    await leftovers();
    expect(missing).toEqual([first, last]);
    expect([await hasRow(first), await hasRow(there), await hasRow(last)]).toEqual([true, true, true]);
  });

  it('remove nothing of many files that the database does not know', async () => {
    await using stranger = await startApp({ clock });
    const before = await filesKept(server);
    const orphans = await Promise.all(Array.from({ length: before.length + 101 }, newOrphan));
    const run = fileLeftovers({ db: stranger.db, clock, store: server.store, onCompared: () => {} }).run(NEVER);
    await expect(run).rejects.toThrow('is it the one that they belong to?');
    expect(await filesKept(server)).toEqual([...before, ...orphans].sort());
    for (const fileId of orphans) await server.store.remove(fileId);
  });
});
