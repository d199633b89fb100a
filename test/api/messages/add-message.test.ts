import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { IMPOSSIBLE_IDS } from '../../support/ids.js';
import { SURFACES, type Surface } from '../../support/surfaces.js';
import {
  BAD_ATTACHMENTS,
  BLANK_TEXTS,
  KEPT_ATTACHMENTS,
  KEPT_TEXTS,
  NO_STRINGS,
  textsAround,
  UNSTORABLE_TEXTS,
} from '../../support/texts.js';
import {
  dataOf,
  newUser,
  openTicket,
  pathsOf,
  setTicket,
  TIMESTAMP,
  visibleRefusal,
  withoutEffect,
} from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

// Time that stands still: what has to move, moves by itself.
const NOW = new Date('2026-01-22T16:30:00.123Z');

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock: { now: () => NOW } });
});
afterAll(() => server[Symbol.asyncDispose]());

const MESSAGE_ID = /^msg_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MESSAGES = textsAround(10_000);

const ticketRow = (ticketId: string) => server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });
const messageRows = (ticketId: string) =>
  server.db.reader.message.findMany({ where: { ticketId }, orderBy: { position: 'asc' } });

describe.each(SURFACES)('add a message over %s', (_name, open) => {
  const userId = newUser();
  let customer: Surface;
  let agent: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(userId));
    agent = open(server.url, agentToken('agent_123'));
  });

  it('stores it, answers with the documented keys, and moves updatedAt', async () => {
    const ticketId = await openTicket(customer);
    const before = await ticketRow(ticketId);
    const data = dataOf(await customer.addMessage(ticketId, { message: 'Hello', attachments: ['file_b', 'file_a'] }));
    expect(Object.keys(data)).toEqual(['messageId', 'ticketId', 'content', 'timestamp']);
    expect(data).toMatchObject({ ticketId, content: 'Hello', timestamp: expect.stringMatching(TIMESTAMP) });
    expect(data.messageId).toMatch(MESSAGE_ID);
    const createdAt = new Date(data.timestamp);
    expect(await messageRows(ticketId)).toEqual([
      {
        id: data.messageId,
        ticketId,
        position: 1,
        sender: userId,
        content: 'Hello',
        attachments: ['file_b', 'file_a'],
        createdAt,
        indexed: true,
      },
    ]);
    expect(await ticketRow(ticketId)).toEqual({ ...before, messageCount: 1, updatedAt: createdAt, version: 2 });
  });

  it('puts each behind the one before it, later by a millisecond at least, on a clock that stands still', async () => {
    const ticketId = await openTicket(customer);
    const sent = [];
    for (const surface of [customer, agent, customer, customer]) {
      sent.push(dataOf(await surface.addMessage(ticketId, { message: `Message ${sent.length}` })));
    }
    const { closedAt } = dataOf(await customer.close(ticketId));
    const times = [NOW.toISOString(), ...sent.map(({ timestamp }) => timestamp), closedAt];
    expect(times).toEqual(times.map((_time, index) => new Date(NOW.getTime() + index).toISOString()));
    const { messages } = dataOf(await customer.get(ticketId));
    expect(messages.map(({ content }: { content: string }) => content)).toEqual(sent.map(({ content }) => content));
    expect((await messageRows(ticketId)).map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  });

  it('stores the same message twice when it is sent twice', async () => {
    const ticketId = await openTicket(customer);
    const [one, two] = [
      dataOf(await customer.addMessage(ticketId, { message: 'Hello?' })),
      dataOf(await customer.addMessage(ticketId, { message: 'Hello?' })),
    ];
    expect(one.messageId < two.messageId).toBe(true);
    expect(await messageRows(ticketId)).toHaveLength(2);
  });

  describe('moves the ticket on', () => {
    it.each([
      ['customer', 'Open', null, 'Open'],
      ['customer', 'In Progress', null, 'In Progress'],
      ['customer', 'In Progress', 'agent_7', 'In Progress'],
      ['customer', 'Resolved', null, 'Open'],
      ['customer', 'Resolved', 'agent_7', 'In Progress'],
      ['agent', 'Open', null, 'In Progress'],
      ['agent', 'In Progress', 'agent_7', 'In Progress'],
      ['agent', 'Resolved', null, 'Resolved'],
      ['agent', 'Resolved', 'agent_7', 'Resolved'],
    ])('when the %s writes on %s (agent: %s): %s', async (author, status, assignedAgent, after) => {
      const ticketId = await openTicket(customer);
      await setTicket(server.db, ticketId, { status, assignedAgent });
      dataOf(await (author === 'agent' ? agent : customer).addMessage(ticketId, { message: 'Hello' }));
      expect(dataOf(await customer.get(ticketId))).toMatchObject({ status: after, assignedAgent });
    });

    it('when an admin answers', async () => {
      const ticketId = await openTicket(customer);
      const admin = open(server.url, customerToken('admin_1', { role: 'admin' }));
      dataOf(await admin.addMessage(ticketId, { message: 'Hello' }));
      expect(dataOf(await customer.get(ticketId))).toMatchObject({
        status: 'In Progress',
        assignedAgent: null,
        messages: [{ sender: 'admin_1' }],
      });
    });

    it('not when an agent writes on a ticket of their own', async () => {
      const ticketId = await openTicket(agent);
      dataOf(await agent.addMessage(ticketId, { message: 'Hello' }));
      expect(dataOf(await agent.get(ticketId)).status).toBe('Open');
    });
  });

  describe('on a closed ticket', () => {
    it('is refused to everybody with TICKET_CLOSED, and stores nothing', async () => {
      const ticketId = await openTicket(customer);
      dataOf(await customer.close(ticketId));
      for (const surface of [customer, agent]) {
        const outcome = await withoutEffect(server.db, () => surface.addMessage(ticketId, { message: 'Hello' }));
        expect(outcome).toMatchObject({ ok: false, status: 400, code: 'TICKET_CLOSED', message: 'Invalid message' });
        expect(outcome).not.toHaveProperty('details');
      }
    });

    it('is refused as invalid where it is invalid', async () => {
      const ticketId = await openTicket(customer);
      dataOf(await customer.close(ticketId));
      const outcome = await customer.addMessage(ticketId, { message: '' });
      expect(outcome).toMatchObject({ ok: false, status: 400, code: 'BAD_REQUEST', message: 'Invalid message' });
    });
  });

  describe('keeps to the byte', () => {
    it.each([...KEPT_TEXTS, ...MESSAGES.longest, ['one character', '😀']])('%s', async (_case, message) => {
      const ticketId = await openTicket(customer);
      expect(dataOf(await customer.addMessage(ticketId, { message })).content).toBe(message);
      expect(dataOf(await customer.get(ticketId)).messages[0].content).toBe(message);
    });

    it.each(KEPT_ATTACHMENTS)('attachments in their order: %s', async (_case, attachments) => {
      const ticketId = await openTicket(customer);
      dataOf(await customer.addMessage(ticketId, { message: 'Hello', attachments }));
      expect((await messageRows(ticketId)).map((row) => row.attachments)).toEqual([attachments]);
    });
  });

  describe('refuses, and stores nothing', () => {
    const faults: [name: string, input: object, paths: string[]][] = [
      ...[...MESSAGES.tooLong, ...BLANK_TEXTS, ...UNSTORABLE_TEXTS, ...NO_STRINGS].map(
        ([name, message]): (typeof faults)[number] => [`a message: ${name}`, { message }, ['message']],
      ),
      ...BAD_ATTACHMENTS.map(([name, attachments, paths]): (typeof faults)[number] => [
        `attachments: ${name}`,
        { message: 'Hello', attachments },
        paths,
      ]),
      ['no message', {}, ['message']],
      ['an unknown field', { message: 'Hello', attachment: 'file_a' }, ['attachment']],
      ['a sender of its own', { message: 'Hello', sender: 'agent_1', role: 'agent' }, ['sender', 'role']],
      ['several faults', { attachments: ['', 5], text: '' }, ['message', 'attachments.0', 'attachments.1', 'text']],
    ];
    it.each(faults)('%s', async (_case, input, paths) => {
      const ticketId = await openTicket(customer);
      const outcome = await withoutEffect(server.db, () => customer.addMessage(ticketId, input));
      expect(outcome).toMatchObject({ ok: false, status: 400, code: 'BAD_REQUEST', message: 'Invalid message' });
      expect(pathsOf(outcome)?.toSorted()).toEqual(paths.toSorted());
    });

    it("another's ticket, in no way unlike a missing one, open or closed", async () => {
      const ticketId = await openTicket(customer);
      const other = open(server.url, customerToken(newUser()));
      const attempt = (id: string) => withoutEffect(server.db, () => other.addMessage(id, { message: 'Hello' }));
      const forbidden = await attempt(ticketId);
      expect(forbidden).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
      expect(visibleRefusal(forbidden)).toEqual(visibleRefusal(await attempt(newId('ticket'))));
      expect(visibleRefusal(forbidden)).toEqual(visibleRefusal(await attempt('ticket_123')));
      dataOf(await customer.close(ticketId));
      expect(visibleRefusal(forbidden)).toEqual(visibleRefusal(await attempt(ticketId)));
    });

    it.each(IMPOSSIBLE_IDS)('an id that is %s', async (_case, id) => {
      const ticketId = await openTicket(customer);
      const outcome = await withoutEffect(server.db, () => agent.addMessage(id(ticketId), { message: 'Hello' }));
      expect(outcome).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
    });

    it('everything without a good token', async () => {
      const ticketId = await openTicket(customer);
      for (const token of [undefined, customerToken(userId, { exp: 1 })]) {
        const outcome = await withoutEffect(server.db, () =>
          open(server.url, token).addMessage(ticketId, { message: 'Hello' }),
        );
        expect(outcome).toMatchObject({ ok: false, status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
      }
    });
  });
});
