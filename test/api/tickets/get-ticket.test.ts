import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { IMPOSSIBLE_IDS } from '../../support/ids.js';
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
