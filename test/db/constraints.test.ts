import { expect, it, onTestFinished } from 'vitest';
import { newTestDatabase, ticketRow } from '../support/open-database.js';

async function open() {
  const database = await newTestDatabase();
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database.db;
}

// The last line of defence, the same on both: whatever code may do, the database does not take it.
it.each([
  ['a status that does not exist', { status: 'Done' }],
  ['a status in other letters', { status: 'open' }],
  ['a priority that does not exist', { priority: 'Urgent' }],
  ['a category that does not exist', { categoryId: 'category_999' }],
])('refuses %s', async (_what, fields) => {
  const db = await open();
  await expect(db.transaction((tx) => tx.ticket.create({ data: { ...ticketRow(), ...fields } }))).rejects.toThrow();
  expect(await db.reader.ticket.count()).toBe(0);
});

it('refuses a second message in the same place of a conversation', async () => {
  const db = await open();
  const message = { ticketId: 'ticket_a', position: 1, sender: 'user_123', content: 'x', attachments: [] };
  const add = (id: string) =>
    db.transaction((tx) => tx.message.create({ data: { ...message, id, createdAt: new Date() } }));
  await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_a') }));
  await add('msg_a');
  await expect(add('msg_b')).rejects.toMatchObject({ code: 'P2002' });
  expect(await db.reader.message.findMany({ select: { id: true } })).toEqual([{ id: 'msg_a' }]);
});

it('refuses to delete what something else refers to', async () => {
  const db = await open();
  await db.transaction((tx) => tx.ticket.create({ data: ticketRow() }));
  await expect(db.transaction((tx) => tx.category.delete({ where: { id: 'category_001' } }))).rejects.toThrow();
  expect(await db.reader.category.count({ where: { id: 'category_001' } })).toBe(1);
});

it('orders and compares texts by their bytes', async () => {
  const db = await open();
  const subjects = ['a', 'B', 'ä', 'Z', 'z', 'a b', 'a-b', 'ab', '', '😀', '\u00e9', 'e\u0301'];
  for (const subject of subjects) {
    await db.transaction((tx) => tx.ticket.create({ data: { ...ticketRow(), subject } }));
  }
  const rows = await db.reader.ticket.findMany({ select: { subject: true }, orderBy: { subject: 'asc' } });
  const inBytes = [...subjects].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(rows.map(({ subject }) => subject)).toEqual(inBytes);
  expect(await db.reader.ticket.count({ where: { subject: 'A' } })).toBe(0);
  expect(await db.reader.ticket.count({ where: { subject: '\u00e9' } })).toBe(1);
});

it.each([0, 6])('refuses a rating of %i', async (score) => {
  const db = await open();
  await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_a') }));
  const data = { ticketId: 'ticket_a', score, createdAt: new Date() };
  await expect(db.transaction((tx) => tx.rating.create({ data }))).rejects.toThrow();
  expect(await db.reader.rating.count()).toBe(0);
});

it('refuses a tag twice, and a target in the past or of no priority', async () => {
  const db = await open();
  await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_a') }));
  const tag = () => db.transaction((tx) => tx.ticketTag.create({ data: { tag: 'a', ticketId: 'ticket_a' } }));
  await tag();
  await expect(tag()).rejects.toMatchObject({ code: 'P2002' });
  for (const data of [{ resolutionMinutes: -1 }, { firstResponseMinutes: -1 }, { priority: 'Urgent' }]) {
    await expect(db.transaction((tx) => tx.slaTarget.update({ where: { priority: 'Low' }, data }))).rejects.toThrow();
  }
  expect(await db.reader.slaTarget.findUnique({ where: { priority: 'Low' } })).toEqual({
    priority: 'Low',
    firstResponseMinutes: 1440,
    resolutionMinutes: 10_080,
  });
});
