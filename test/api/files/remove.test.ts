import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileLeftovers, fileRemoval } from '../../../src/jobs/file-removal.js';
import { newId } from '../../../src/schema/ids.js';
import { FolderStore } from '../../../src/storage/folder-store.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { filesBelow, PNG, upload } from '../../support/files.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, NEW_TICKET, newUser, visibleRefusal } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const MISSING = 'file_01936b2e-7c1f-7abc-8def-0123456789ab';
const HOUR_MS = 3_600_000;
const NEVER = new AbortController().signal;

const clock = new TestClock();
let server: TestApp;
let removal: () => Promise<number>;
let leftovers: () => Promise<number>;
beforeAll(async () => {
  server = await startApp({ clock });
  const parts = { db: server.db, clock, store: new FolderStore(server.filesFolder) };
  removal = () => fileRemoval(parts).run(NEVER);
  leftovers = () => fileLeftovers(parts).run(NEVER);
});
afterAll(() => server[Symbol.asyncDispose]());

const tokenOf = (user: string) => customerToken(user, { exp: undefined });
const AGENT = agentToken('agent_1', { exp: undefined });
const newFile = async (token: string): Promise<string> => dataOf(await upload(server.url, token, PNG)).fileId;
const isStored = (fileId: string) => filesBelow(server.filesFolder).some((path) => path.endsWith(fileId));
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
    expect(isStored(fileId)).toBe(true);
    await removal();
    expect([isStored(fileId), await hasRow(fileId)]).toEqual([false, false]);
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
    expect(isStored(free)).toBe(true);
    clock.advance(1);
    expect(await removal()).toBeGreaterThanOrEqual(1);
    expect([isStored(free), await hasRow(free)]).toEqual([false, false]);
    expect([isStored(attached), await hasRow(attached)]).toEqual([true, true]);
    expect(await removal()).toBe(0);
  });

  it('remove the row of a file whose bytes a crash has taken before it', async () => {
    const token = tokenOf(newUser());
    const fileId = await newFile(token);
    for (const path of filesBelow(server.filesFolder).filter((one) => one.endsWith(fileId))) rmSync(path);
    clock.advance(24 * HOUR_MS);
    await removal();
    expect(await hasRow(fileId)).toBe(false);
  });

  it('remove what a crash has left in the store and among what was received, once it is old enough', async () => {
    const kept = await newFile(tokenOf(newUser()));
    const orphan = newId('file');
    const folder = join(server.filesFolder, orphan.slice(5, 11));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, orphan), 'x');
    const incoming = join(server.filesFolder, 'incoming', 'incoming-x');
    writeFileSync(incoming, 'x');
    // The ids have the time of this machine in them, which the clock is ahead of by now.
    const early = new TestClock(Date.now() + HOUR_MS);
    const store = new FolderStore(server.filesFolder);
    await fileLeftovers({ db: server.db, store, clock: early }).run(NEVER);
    expect([isStored(orphan), filesBelow(join(server.filesFolder, 'incoming'))]).toEqual([true, [incoming]]);
    early.advance(2 * HOUR_MS);
    utimesSync(incoming, 0, 0);
    await fileLeftovers({ db: server.db, store, clock: early }).run(NEVER);
    expect([isStored(orphan), filesBelow(join(server.filesFolder, 'incoming'))]).toEqual([false, []]);
    expect(isStored(kept)).toBe(true);
    expect(await leftovers()).toBe(0);
  });
});
