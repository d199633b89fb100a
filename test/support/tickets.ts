import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Database } from '../../src/db/database.js';
import type { Transaction } from '../../src/db/models/models.js';
import type { Outcome, Surface } from './surfaces.js';

/** The least that opens a ticket. */
export const NEW_TICKET = { subject: 'A subject', description: 'A description', categoryId: 'category_001' };

export const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Nobody that another test knows. */
export function newUser(): string {
  return `user_${randomUUID()}`;
}

/** What a call that must succeed came to. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is
export function dataOf(outcome: Outcome): any {
  if (!outcome.ok) throw new Error(`${outcome.status} ${outcome.code}: ${JSON.stringify(outcome.details)}`);
  return outcome.data;
}

export async function openTicket(surface: Surface, over: object = {}): Promise<string> {
  return dataOf(await surface.create({ ...NEW_TICKET, ...over })).ticketId;
}

/** Brings a ticket into a state that no operation reaches yet. */
export async function setTicket(
  db: Database,
  ticketId: string,
  data: Parameters<Transaction['ticket']['update']>[0]['data'],
): Promise<void> {
  await db.transaction((tx) => tx.ticket.update({ where: { id: ticketId }, data }));
}

/** Everything that the operations can store. */
export async function stored(db: Database): Promise<unknown> {
  const tickets = await db.reader.ticket.findMany({ orderBy: { id: 'asc' } });
  const messages = await db.reader.message.findMany({ orderBy: { id: 'asc' } });
  const records = await db.reader.idempotencyRecord.findMany({ orderBy: [{ userId: 'asc' }, { key: 'asc' }] });
  const notes = await db.reader.note.findMany({ orderBy: { id: 'asc' } });
  const events = await db.reader.event.count();
  return { tickets, messages, records, notes, events };
}

/** A call that must leave the database as it is. */
export async function withoutEffect<T>(db: Database, call: () => Promise<T>): Promise<T> {
  const before = await stored(db);
  const result = await call();
  expect(await stored(db)).toEqual(before);
  return result;
}

/** All of a refusal that a client can tell apart, but for what names the request. */
export function visibleRefusal(outcome: Outcome): object {
  if (outcome.ok) throw new Error('It was not refused');
  const { headers, ...rest } = outcome;
  return { ...rest, headers: Object.fromEntries([...headers].filter(([name]) => !/^(x-request-id|date)$/.test(name))) };
}

/** The paths in `details`, in order. */
export function pathsOf(outcome: Outcome): string[] | undefined {
  return outcome.ok ? undefined : outcome.details?.map(({ path }) => path);
}
