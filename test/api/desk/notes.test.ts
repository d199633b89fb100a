import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../src/schema/cursor.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { fillMessages, fillNotes, numbered } from '../../support/fill-ticket.js';
import { IMPOSSIBLE_IDS } from '../../support/ids.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, NEW_TICKET, newUser, pathsOf, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Page {
  notes: { noteId: string; content: string; timestamp: string }[];
  total: number;
  older: string | null;
  newer: string | null;
}
const contentsOf = ({ notes }: Pick<Page, 'notes'>) => notes.map(({ content }) => content);

describe.each(CALLS)('notes over %s', (_surface, open) => {
  let customer: Call;
  let agent: Call;
  beforeAll(() => {
    customer = open(server.url, customerToken(newUser()));
    agent = open(server.url, agentToken('agent_1'));
  });
  const newTicket = async (): Promise<string> => dataOf(await customer('support.tickets.create', NEW_TICKET)).ticketId;
  const page = async (input: Record<string, unknown>): Promise<Page> => dataOf(await agent('desk.notes.list', input));

  async function walk(ticketId: string, way: 'older' | 'newer', limit: number, from?: string): Promise<Page[]> {
    const pages: Page[] = [];
    let cursor: string | null | undefined = from;
    do {
      const one: Page = await page({ ticketId, limit, ...(cursor && { cursor }) });
      pages.push(one);
      cursor = one[way];
    } while (cursor !== null);
    return pages;
  }

  it('are a page each as they were added', async () => {
    const ticketId = await newTicket();
    expect(await page({ ticketId })).toEqual({ notes: [], total: 0, older: null, newer: null });
    const added = [
      dataOf(await agent('desk.notes.add', { ticketId, content: 'One', attachments: ['b', 'a'] })),
      dataOf(await agent('desk.notes.add', { ticketId, content: 'Two' })),
    ];
    expect(await page({ ticketId })).toEqual({ notes: added, total: 2, older: null, newer: null });
  });

  it.each([1, 7, 10, 100])('have each once in either way, %i a page', async (limit) => {
    const ticketId = await newTicket();
    await fillNotes(server.databaseUrl, ticketId, numbered(30));
    const down = await walk(ticketId, 'older', limit);
    expect(down.toReversed().flatMap(contentsOf)).toEqual(numbered(30));
    for (const one of down) expect(one.total).toBe(30);
    const oldest = down.at(-1) as Page;
    if (oldest.newer === null) return expect(limit).toBe(100);
    const up = await walk(ticketId, 'newer', limit, oldest.newer);
    expect([oldest, ...up].flatMap(contentsOf)).toEqual(numbered(30));
    const [last] = up.slice(-1) as [Page];
    const again = await walk(ticketId, 'older', limit, last.older as string);
    expect([...again.toReversed(), last].flatMap(contentsOf)).toEqual(numbered(30));
  });

  it('of one time are in the order of their ids, and on one side of each other', async () => {
    const ticketId = await newTicket();
    const sent = await fillNotes(server.databaseUrl, ticketId, numbered(9));
    await server.db.transaction((tx) =>
      tx.note.updateMany({ where: { ticketId }, data: { createdAt: new Date('2026-01-22T16:30:00Z') } }),
    );
    const ids = sent.map(({ id }) => id).toSorted();
    const down = await walk(ticketId, 'older', 2);
    expect(down.toReversed().flatMap(({ notes }) => notes.map(({ noteId }) => noteId))).toEqual(ids);
    const [rest] = await walk(ticketId, 'newer', 100, down.at(-1)?.newer as string);
    expect(rest?.notes.map(({ noteId }) => noteId)).toEqual(ids.slice(1));
  });

  it('have at most 1 MiB of text a page, and one at least', async () => {
    const ticketId = await newTicket();
    const texts = ['x'.repeat(2 ** 20 + 1), ...numbered(60).map((text) => text + '😀'.repeat(10_000 - text.length))];
    await fillNotes(server.databaseUrl, ticketId, texts);
    const down = await walk(ticketId, 'older', 100);
    expect(down.map(({ notes }) => notes.length)).toEqual([26, 26, 8, 1]);
    expect(down.toReversed().flatMap(contentsOf)).toEqual(texts);
    const up = await walk(ticketId, 'newer', 100, down.at(-1)?.newer as string);
    expect(up.map(({ notes }) => notes.length)).toEqual([26, 26, 8]);
  });

  it('are shown with the ticket, the newest 100 of them and of its messages', async () => {
    const ticketId = await newTicket();
    await fillMessages(server.databaseUrl, ticketId, numbered(230));
    await fillNotes(server.databaseUrl, ticketId, numbered(130));
    const ticket = dataOf(await agent('desk.tickets.get', { ticketId }));
    expect(contentsOf(ticket)).toEqual(numbered(130).slice(30));
    expect(ticket.messages.map(({ content }: { content: string }) => content)).toEqual(numbered(230).slice(130));
    expect(ticket).toMatchObject({ messageCount: 230, noteCount: 130 });
    expect(contentsOf(await page({ ticketId, limit: 100, cursor: ticket.olderNotes }))).toEqual(numbered(30));
    const older = await agent('desk.messages.list', { ticketId, limit: 100, cursor: ticket.olderMessages });
    expect(dataOf(older)).toMatchObject({ total: 230, messages: { length: 100, 99: { content: '130' } } });
  });

  it('are shown with the ticket up to 1 MiB of text, and messages up to another', async () => {
    const ticketId = await newTicket();
    await fillMessages(server.databaseUrl, ticketId, Array(40).fill('😀'.repeat(10_000)));
    await fillNotes(server.databaseUrl, ticketId, Array(40).fill('語'.repeat(10_000)));
    const ticket = dataOf(await agent('desk.tickets.get', { ticketId }));
    expect([ticket.messages.length, ticket.messageCount, ticket.notes.length, ticket.noteCount]).toEqual([
      26, 40, 34, 40,
    ]);
    expect((await page({ ticketId, limit: 100, cursor: ticket.olderNotes })).notes).toHaveLength(6);
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['no way', encodeCursor(['2026-01-22T16:30:00.000Z', 'note_1'])],
    [
      'a time that JavaScript takes and PostgreSQL does not',
      encodeCursor(['older', '9999-12-31T24:00:00.000Z', 'note_1']),
    ],
    ['a day that is none', encodeCursor(['older', '2026-02-30T00:00:00.000Z', 'note_1'])],
    ['a time without a zone', encodeCursor(['older', '2026-01-22T16:30:00', 'note_1'])],
    ["no note's id", encodeCursor(['older', '2026-01-22T16:30:00.000Z', 'a\u0000'])],
    ["a message's", encodeCursor(['older', 5])],
  ])('refuse %s as a cursor', async (_case, cursor) => {
    const outcome = await agent('desk.notes.list', { ticketId: await newTicket(), cursor });
    expect(outcome).toMatchObject({ ok: false, status: 400, code: 'BAD_REQUEST' });
    expect(pathsOf(outcome)).toEqual(['cursor']);
  });

  it.each(IMPOSSIBLE_IDS)('are of no ticket with an id that is %s', async (_case, id) => {
    const outcome = await agent('desk.notes.list', { ticketId: id(await newTicket()) });
    expect(outcome).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
  });

  it('are for the desk alone, and reading them changes nothing', async () => {
    const ticketId = await newTicket();
    dataOf(await agent('desk.notes.add', { ticketId, content: 'SECRET' }));
    await withoutEffect(server.db, async () => {
      expect(await customer('desk.notes.list', { ticketId })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)('desk.notes.list', { ticketId })).toMatchObject({ status: 401 });
      await page({ ticketId });
    });
    expect(JSON.stringify(dataOf(await customer('support.messages.list', { ticketId })))).not.toMatch(/SECRET|note_/);
  });

  it('that several agents write at once are in the order that the history has them in', async () => {
    const ticketId = await newTicket();
    const agents = numbered(4).map((n) => open(server.url, agentToken(`agent_${n}`)));
    await Promise.all(
      agents.map(async (one) => {
        for (const content of numbered(6)) dataOf(await one('desk.notes.add', { ticketId, content }));
      }),
    );
    const { notes } = await page({ ticketId, limit: 100 });
    const { events } = dataOf(await agent('desk.tickets.events', { ticketId, limit: 100 }));
    const added = events.filter(({ type }: { type: string }) => type === 'note.added');
    expect(notes.map(({ noteId }) => noteId)).toEqual(
      added.map(({ after }: { after: object }) => (after as { noteId: string }).noteId),
    );
    expect(notes.map(({ timestamp }) => timestamp)).toEqual(
      added.map(({ timestamp }: { timestamp: string }) => timestamp),
    );
    // Later each time, so that nothing but their time decides.
    const times = notes.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...new Set(times)].toSorted());
  });
});

describe('issue: the notes of a ticket came in another order than its history has them', () => {
  it('a clock that goes back makes no note older than the one before it, nor than what happened last', async () => {
    const clock = new TestClock(Date.parse('2026-01-22T16:30:00Z'));
    await using apart = await startApp({ clock });
    const [[, open]] = CALLS as [(typeof CALLS)[number]];
    const agent = open(apart.url, agentToken());
    const ticketId = dataOf(await open(apart.url, customerToken())('support.tickets.create', NEW_TICKET)).ticketId;
    const times: string[] = [];
    const note = async () => times.push(dataOf(await agent('desk.notes.add', { ticketId, content: 'n' })).timestamp);
    await note();
    clock.advance(-60_000);
    await note();
    clock.advance(3_000);
    times.push(dataOf(await agent('desk.messages.reply', { ticketId, message: 'm' })).timestamp);
    await note();
    expect(times).toEqual(times.toSorted());
    const { events } = dataOf(await agent('desk.tickets.events', { ticketId }));
    expect(events.slice(1).map(({ timestamp }: { timestamp: string }) => timestamp)).toEqual(times);
  });
});
