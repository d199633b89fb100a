import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../src/schema/cursor.js';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { fileOfOthers } from '../../support/files.js';
import { fillMessages, numbered } from '../../support/fill-ticket.js';
import { IMPOSSIBLE_IDS } from '../../support/ids.js';
import {
  dataOf,
  NEW_TICKET,
  newUser,
  pathsOf,
  TIMESTAMP,
  visibleRefusal,
  withoutEffect,
} from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Page {
  messages: { messageId: string; content: string }[];
  total: number;
  older: string | null;
  newer: string | null;
}
const contentsOf = ({ messages }: Page) => messages.map(({ content }) => content);

/** Both twins: whoever may ask, they answer alike. */
const TWINS = ['support.messages.list', 'desk.messages.list'] as const;

describe.each(CALLS)('over %s', (_surface, open) => {
  const userId = newUser();
  let customer: Call;
  let agent: Call;
  beforeAll(() => {
    customer = open(server.url, customerToken(userId));
    agent = open(server.url, agentToken('agent_1'));
  });
  const newTicket = async (): Promise<string> => dataOf(await customer('support.tickets.create', NEW_TICKET)).ticketId;

  describe.each(TWINS)('%s', (procedure) => {
    let ask: Call;
    beforeAll(() => {
      ask = procedure.startsWith('desk.') ? agent : customer;
    });
    const page = async (input: Record<string, unknown>): Promise<Page> => dataOf(await ask(procedure, input));

    /** All pages from the newest to the oldest, or from a cursor on. */
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

    it('shows each message with its attachments', async () => {
      const ticketId = await newTicket();
      const sent = dataOf(
        await customer('support.messages.add', { ticketId, message: 'One', attachments: ['b', 'a'] }),
      );
      const reply = dataOf(await agent('desk.messages.reply', { ticketId, message: 'Two' }));
      const data = await page({ ticketId });
      expect(Object.keys(data)).toEqual(['messages', 'total', 'older', 'newer']);
      expect(data).toEqual({
        messages: [
          {
            messageId: sent.messageId,
            sender: userId,
            content: 'One',
            attachments: ['b', 'a'],
            files: ['b', 'a'].map(fileOfOthers),
            timestamp: sent.timestamp,
          },
          {
            messageId: reply.messageId,
            sender: 'agent_1',
            content: 'Two',
            attachments: [],
            files: [],
            timestamp: reply.timestamp,
          },
        ],
        total: 2,
        older: null,
        newer: null,
      });
      expect(sent.timestamp).toMatch(TIMESTAMP);
    });

    it('is an empty page where nobody has written yet', async () => {
      expect(await page({ ticketId: await newTicket() })).toEqual({ messages: [], total: 0, older: null, newer: null });
    });

    it('begins with the newest 20, oldest first', async () => {
      const ticketId = await newTicket();
      await fillMessages(server.databaseUrl, ticketId, numbered(50));
      const newest = await page({ ticketId });
      expect(contentsOf(newest)).toEqual(numbered(50).slice(30));
      expect(newest).toMatchObject({ total: 50, older: expect.any(String), newer: null });
    });

    it.each([1, 7, 10, 100])('has every message once in either way, %i a page', async (limit) => {
      const ticketId = await newTicket();
      await fillMessages(server.databaseUrl, ticketId, numbered(30));
      const down = await walk(ticketId, 'older', limit);
      expect(down.toReversed().flatMap(contentsOf)).toEqual(numbered(30));
      for (const one of down.slice(0, -1)) expect(one.messages).toHaveLength(limit);

      const oldest = down.at(-1) as Page;
      if (oldest.newer === null) return expect(limit).toBe(100);
      const up = await walk(ticketId, 'newer', limit, oldest.newer);
      expect([oldest, ...up].flatMap(contentsOf)).toEqual(numbered(30));
      // And back again: what is older than a page is what was before it.
      for (const one of up) expect(one.older).not.toBeNull();
      const [last] = up.slice(-1) as [Page];
      const again = await walk(ticketId, 'older', limit, last.older as string);
      expect([...again.toReversed(), last].flatMap(contentsOf)).toEqual(numbered(30));
    });

    it('misses nothing that is written while it is read', async () => {
      const ticketId = await newTicket();
      await fillMessages(server.databaseUrl, ticketId, numbered(10));
      const first = await page({ ticketId, limit: 5 });
      await fillMessages(server.databaseUrl, ticketId, ['11', '12', '13']);
      const second = await page({ ticketId, limit: 5, cursor: first.older });
      expect([...contentsOf(second), ...contentsOf(first)]).toEqual(numbered(10));
      expect(second).toMatchObject({ total: 13, older: null });
      const [rest] = await walk(ticketId, 'newer', 100, second.newer as string);
      expect(contentsOf(rest as Page)).toEqual(numbered(13).slice(5));
    });

    it('has at most 1 MiB of text a page, and goes on behind what it left out', async () => {
      const ticketId = await newTicket();
      // 40,000 bytes each, so 26 of them: 1,040,000.
      const texts = numbered(60).map((text) => text + '😀'.repeat(10_000 - text.length));
      await fillMessages(server.databaseUrl, ticketId, texts);
      const down = await walk(ticketId, 'older', 100);
      expect(down.map(({ messages }) => messages.length)).toEqual([26, 26, 8]);
      expect(down.toReversed().flatMap(contentsOf)).toEqual(texts);
      const [, , oldest] = down as [Page, Page, Page];
      const up = await walk(ticketId, 'newer', 100, oldest.newer as string);
      expect(up.map(({ messages }) => messages.length)).toEqual([26, 26]);
      expect([oldest, ...up].flatMap(contentsOf)).toEqual(texts);
    });

    it('has one message at least, however long it is', async () => {
      const ticketId = await newTicket();
      // Longer than any that is taken: as an import might have brought it.
      const texts = ['short', 'x'.repeat(2 ** 20 + 1), 'short too'];
      await fillMessages(server.databaseUrl, ticketId, texts);
      const down = await walk(ticketId, 'older', 100);
      expect(down.map(contentsOf)).toEqual([['short too'], [texts[1]], ['short']]);
    });

    it('is the same whether its texts come with the ticket, in pieces, or are longer than one', async () => {
      const ticketId = await newTicket();
      const lengths = [300_000, 1, 40_000, 500_000, 3_000, 2 ** 20, 30_000, 2_768, 1, 262_144, 262_145, 500_000, 9];
      const texts = lengths.map((length, n) => String.fromCharCode(97 + n).repeat(length));
      await fillMessages(server.databaseUrl, ticketId, texts);
      const down = await walk(ticketId, 'older', 100);
      expect(down.map((found) => contentsOf(found).map(({ length }) => length))).toEqual([
        [2_768, 1, 262_144, 262_145, 500_000, 9],
        [30_000],
        [2 ** 20],
        [300_000, 1, 40_000, 500_000, 3_000],
      ]);
      expect(down.toReversed().flatMap(contentsOf).join('')).toBe(texts.join(''));
      const up = await walk(ticketId, 'newer', 3, encodeCursor(['newer', 0]));
      expect(up.map((found) => contentsOf(found).map(({ length }) => length))).toEqual([
        [300_000, 1, 40_000],
        [500_000, 3_000],
        [2 ** 20],
        [30_000, 2_768, 1],
        [262_144, 262_145, 500_000],
        [9],
      ]);
    });

    it('takes what TanStack’s infinite queries send', async () => {
      const ticketId = await newTicket();
      await fillMessages(server.databaseUrl, ticketId, numbered(3));
      const forward = await page({ ticketId, limit: 2, direction: 'forward' });
      const backward = await page({ ticketId, limit: 2, cursor: forward.older, direction: 'backward' });
      expect([contentsOf(forward), contentsOf(backward)]).toEqual([['2', '3'], ['1']]);
    });

    it.each([
      ['nonsense', 'nonsense'],
      ['no way', encodeCursor([1])],
      ['another way', encodeCursor(['across', 1])],
      ['a place that is none', encodeCursor(['older', -1])],
      ['a place beyond what an engine counts', encodeCursor(['older', 2 ** 31])],
      ['a part of a place', encodeCursor(['newer', 1.5])],
      ["a note's", encodeCursor(['older', '2026-01-22T16:30:00.000Z', 'note_1'])],
    ])('refuses %s as a cursor', async (_case, cursor) => {
      const outcome = await ask(procedure, { ticketId: await newTicket(), cursor });
      expect(outcome).toMatchObject({ ok: false, status: 400, code: 'BAD_REQUEST' });
      expect(pathsOf(outcome)).toEqual(['cursor']);
    });

    it('leads back from a place where there is nothing', async () => {
      const ticketId = await newTicket();
      await fillMessages(server.databaseUrl, ticketId, numbered(3));
      const above = await page({ ticketId, cursor: encodeCursor(['newer', 2 ** 31 - 1]) });
      expect(above).toMatchObject({ messages: [], total: 3, newer: null });
      expect(contentsOf(await page({ ticketId, cursor: above.older }))).toEqual(numbered(3));
      const below = await page({ ticketId, cursor: encodeCursor(['older', 0]) });
      expect(below).toMatchObject({ messages: [], total: 3, older: null });
      expect(contentsOf(await page({ ticketId, cursor: below.newer }))).toEqual(numbered(3));
    });

    it('refuses what it does not know', async () => {
      const outcome = await ask(procedure, { ticketId: await newTicket(), limit: 101, direction: 'up', before: 'x' });
      expect(outcome).toMatchObject({ ok: false, status: 400 });
      expect(pathsOf(outcome)?.toSorted()).toEqual(['before', 'direction', 'limit']);
    });

    it.each(IMPOSSIBLE_IDS)('finds no ticket with an id that is %s', async (_case, id) => {
      const outcome = await ask(procedure, { ticketId: id(await newTicket()) });
      expect(outcome).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
    });

    it('changes nothing', async () => {
      const ticketId = await newTicket();
      await withoutEffect(server.db, () => page({ ticketId }));
    });
  });

  it("tells another's ticket from a missing one in no way, also by a cursor of it", async () => {
    const ticketId = await newTicket();
    await fillMessages(server.databaseUrl, ticketId, numbered(3));
    const { older } = dataOf(await customer('support.messages.list', { ticketId, limit: 1 }));
    const other = open(server.url, customerToken(newUser()));
    for (const input of [{}, { cursor: older }]) {
      const forbidden = await other('support.messages.list', { ticketId, ...input });
      expect(forbidden).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
      const missing = await other('support.messages.list', { ticketId: newId('ticket'), ...input });
      expect(visibleRefusal(forbidden)).toEqual(visibleRefusal(missing));
    }
  });

  it('shows an agent every conversation, by either path, and a customer none by that of the desk', async () => {
    const ticketId = await newTicket();
    await fillMessages(server.databaseUrl, ticketId, numbered(2));
    const expected = dataOf(await customer('support.messages.list', { ticketId }));
    for (const procedure of TWINS) expect(dataOf(await agent(procedure, { ticketId }))).toEqual(expected);
    const refused = await customer('desk.messages.list', { ticketId });
    expect(refused).toMatchObject({ ok: false, status: 403, code: 'FORBIDDEN' });
  });
});
