import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { fillMessages, numbered } from '../../support/fill-ticket.js';
import { IMPOSSIBLE_IDS } from '../../support/ids.js';
import { restClient } from '../../support/rest-client.js';
import { openTrpc, SURFACES, type Surface } from '../../support/surfaces.js';
import {
  dataOf,
  NEW_TICKET,
  newUser,
  openTicket,
  pathsOf,
  setTicket,
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

describe.each(SURFACES)('get over %s', (_name, open) => {
  const userId = newUser();
  let customer: Surface;
  let agent: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(userId));
    agent = open(server.url, agentToken('agent_123'));
  });

  it('shows the documented keys', async () => {
    const ticketId = await openTicket(customer, { priority: 'High' });
    const data = dataOf(await customer.get(ticketId));
    expect(Object.keys(data)).toEqual([
      'ticketId',
      'userId',
      'subject',
      'description',
      'status',
      'priority',
      'categoryId',
      'assignedAgent',
      'messages',
      'createdAt',
    ]);
    expect(data).toEqual({
      ticketId,
      userId,
      ...NEW_TICKET,
      status: 'Open',
      priority: 'High',
      assignedAgent: null,
      messages: [],
      createdAt: expect.stringMatching(TIMESTAMP),
    });
  });

  it('shows the conversation, oldest first, with the documented keys and without the description', async () => {
    const ticketId = await openTicket(customer);
    const sent = [
      dataOf(await customer.addMessage(ticketId, { message: 'First' })),
      dataOf(await agent.addMessage(ticketId, { message: 'Second', attachments: ['file_a'] })),
      dataOf(await customer.addMessage(ticketId, { message: 'Third' })),
    ];
    const { messages, status } = dataOf(await customer.get(ticketId));
    expect(Object.keys(messages[0])).toEqual(['messageId', 'sender', 'content', 'timestamp']);
    expect(messages).toEqual(
      sent.map(({ messageId, content, timestamp }, index) => ({
        messageId,
        sender: index === 1 ? 'agent_123' : userId,
        content,
        timestamp,
      })),
    );
    expect(status).toBe('In Progress');
  });

  it('shows who has taken it', async () => {
    const ticketId = await openTicket(customer);
    await setTicket(server.db, ticketId, { status: 'Resolved', assignedAgent: 'agent_7' });
    expect(dataOf(await customer.get(ticketId))).toMatchObject({ status: 'Resolved', assignedAgent: 'agent_7' });
  });

  it.each(['agent', 'admin'])("shows every customer's ticket to an %s", async (role) => {
    const ticketId = await openTicket(customer);
    const desk = open(server.url, customerToken(newUser(), { role }));
    expect(dataOf(await desk.get(ticketId))).toEqual(dataOf(await customer.get(ticketId)));
  });

  it('changes nothing', async () => {
    const ticketId = await openTicket(customer);
    await withoutEffect(server.db, async () => [await customer.get(ticketId), await agent.get(ticketId)]);
  });

  it("tells another's ticket from a missing one in no way", async () => {
    const ticketId = await openTicket(customer);
    const other = open(server.url, customerToken(newUser()));
    const forbidden = await other.get(ticketId);
    expect(forbidden).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
    expect(forbidden).not.toHaveProperty('details');
    expect(visibleRefusal(forbidden)).toEqual(visibleRefusal(await other.get(newId('ticket'))));
    expect(visibleRefusal(forbidden)).toEqual(visibleRefusal(await other.get('ticket_123')));
  });

  it.each(IMPOSSIBLE_IDS)('finds no ticket with an id that is %s', async (_case, id) => {
    const ticketId = await openTicket(customer);
    for (const surface of [customer, agent]) {
      expect(await surface.get(id(ticketId))).toMatchObject({
        ok: false,
        status: 404,
        code: 'NOT_FOUND',
        message: 'Ticket not found',
      });
    }
  });

  it.each([undefined, 'not.a.token'])('tells nobody anything: token %s', async (token) => {
    const ticketId = await openTicket(customer);
    for (const id of [ticketId, 'ticket_123']) {
      const outcome = await open(server.url, token).get(id);
      expect(outcome).toMatchObject({ ok: false, status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
    }
  });
});

describe.each(SURFACES)('the newest part of a long conversation over %s', (surface, open) => {
  const userId = newUser();
  let customer: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(userId));
  });
  const isRest = surface === 'REST';

  /** What a ticket with these messages shows, and its headers. */
  async function shown(texts: string[]) {
    const ticketId = await openTicket(customer);
    const sent = await fillMessages(server.databaseUrl, ticketId, texts);
    const outcome = await customer.get(ticketId);
    const messages: { messageId: string; content: string }[] = dataOf(outcome).messages;
    // The newest without a gap, oldest first.
    const newest = messages.length === 0 ? [] : sent.slice(-messages.length);
    expect(messages.map(({ messageId, content }) => ({ id: messageId, content }))).toEqual(newest);
    const [total, link] = ['x-total-count', 'link'].map((name) => outcome.headers.get(name));
    expect(total).toBe(isRest ? String(texts.length) : null);
    return { ticketId, count: messages.length, link };
  }

  it.each([
    [0, 0],
    [1, 1],
    [26, 26],
    [27, 27],
    [99, 99],
    [100, 100],
    [101, 100],
    [250, 100],
  ])('of %i messages are %i', async (all, count) => {
    const one = await shown(numbered(all));
    expect(one.count).toBe(count);
    expect(one.link === null).toBe(!isRest || all === count);
  });

  it.each([
    // 40,000 bytes each: 26 of them are the most below 1 MiB.
    ['of four bytes each', '😀'.repeat(10_000), 60, 26],
    ['of three', '語'.repeat(10_000), 60, 34],
    ['of two', 'ü'.repeat(10_000), 100, 52],
    ['of one', 'x'.repeat(10_000), 100, 100],
    ['that JSON has to escape', '\u0001'.repeat(10_000), 100, 100],
    ['1 MiB to the byte in 64', 'x'.repeat(2 ** 14), 70, 64],
    ['a byte more', 'x'.repeat(2 ** 14 + 1), 70, 63],
    ['that are longer than any we take', 'x'.repeat(2 ** 20 + 1), 30, 1],
  ])('are at most 1 MiB of text: characters %s', async (_case, text, all, count) => {
    expect((await shown(Array(all).fill(text))).count).toBe(count);
  });

  // 8 KiB are short enough to be read with the ticket, of the newest four.
  it.each(Array.from({ length: 32 }, (_, n) => n.toString(2).padStart(5, '0')))(
    'has all of five, long ones where %s has a 1',
    async (which) => {
      const texts = [...which].map((isLong, n) => String(n).padEnd(isLong === '1' ? 8_193 : 8_192, 'x'));
      expect((await shown(texts)).count).toBe(5);
    },
  );

  it('always has the newest one', async () => {
    const long = Array(30).fill('x'.repeat(40_000));
    expect((await shown([...long, 'x'.repeat(2 ** 20 + 1)])).count).toBe(1);
    expect((await shown([...long, 'x'.repeat(2 ** 20 + 1), 'y'])).count).toBe(1);
  });

  it.runIf(isRest)('says where the older ones are, by a link that works as it stands', async () => {
    const { ticketId, link } = await shown(numbered(205));
    const pattern = new RegExp(`^</support/tickets/${ticketId}/messages\\?cursor=[\\w-]+>; rel="prev"$`);
    expect(link).toMatch(pattern);
    const rest = restClient(server.url, customerToken(userId));
    const contents: string[] = [];
    for (let path = /<(.*)>/.exec(link ?? '')?.[1]; path !== undefined; ) {
      const { body } = await rest.get(`${path}&limit=100`);
      contents.unshift(...body.data.messages.map(({ content }: { content: string }) => content));
      path = body.data.older === null ? undefined : `/support/tickets/${ticketId}/messages?cursor=${body.data.older}`;
    }
    expect(contents).toEqual(numbered(105));
  });
});

describe('get over tRPC alone', () => {
  it.each([
    ['no id', undefined, ['ticketId']],
    ['an id that is no string', 5, ['ticketId']],
    ['no id, but null', null, ['ticketId']],
  ])('refuses %s', async (_case, ticketId, paths) => {
    const outcome = await openTrpc(server.url, customerToken()).get(ticketId as never);
    expect(outcome).toMatchObject({ ok: false, status: 400, code: 'BAD_REQUEST' });
    expect(pathsOf(outcome)).toEqual(paths);
  });

  it.each(['ticket_\ud83d', '\ude00'])('finds no ticket with a lone surrogate in its id: %j', async (ticketId) => {
    const outcome = await openTrpc(server.url, agentToken()).get(ticketId);
    expect(outcome).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND' });
  });
});
