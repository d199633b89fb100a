import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_MESSAGES } from '../../../src/messages/add-message.js';
import { MAX_NOTES } from '../../../src/notes/add-note.js';
import { startApp, type TestApp } from '../../support/app.js';
import { fillMessages, fillNotes, numbered } from '../../support/fill-ticket.js';
import { SURFACES, type Surface } from '../../support/surfaces.js';
import { dataOf, newUser, openTicket, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const FULL = {
  ok: false,
  status: 400,
  code: 'TICKET_FULL',
  message: 'Invalid message',
  details: [{ path: 'ticketId', message: 'A ticket takes at most 5000 messages: open a new one' }],
};

it('a ticket takes 5,000 messages, and 5,000 notes', () => {
  expect([MAX_MESSAGES, MAX_NOTES]).toEqual([5_000, 5_000]);
});

describe.each(SURFACES)('a full ticket over %s', (_surface, open) => {
  let customer: Surface;
  let agent: Surface;
  let other: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(newUser()));
    agent = open(server.url, agentToken('agent_1'));
    other = open(server.url, customerToken(newUser()));
  });
  const refuses = (call: () => ReturnType<Surface['get']>, expected: object = FULL) =>
    withoutEffect(server.db, async () => expect(await call()).toMatchObject(expected));

  it('takes no message any more, of whomever, and says to open a new one', async () => {
    const ticketId = await openTicket(customer);
    await fillMessages(server.databaseUrl, ticketId, numbered(MAX_MESSAGES - 1));
    const last = dataOf(await customer.addMessage(ticketId, { message: 'The last one' }));
    await refuses(() => customer.addMessage(ticketId, { message: 'One more' }));
    await refuses(() => agent.addMessage(ticketId, { message: 'One more' }));
    await refuses(() => agent.desk.reply(ticketId, { message: 'One more' }));
    // What is wrong otherwise is told first.
    await refuses(() => customer.addMessage(ticketId, { message: ' ' }), { status: 400, code: 'BAD_REQUEST' });
    await refuses(() => other.addMessage(ticketId, { message: 'Hello' }), { status: 404, code: 'NOT_FOUND' });
    const { messages } = dataOf(await customer.get(ticketId));
    expect(messages).toHaveLength(100);
    expect(messages.at(-1)).toMatchObject({ messageId: last.messageId });
    // The rest of its life goes on.
    dataOf(await agent.desk.note(ticketId, { content: 'Full' }));
    dataOf(await agent.desk.resolve(ticketId));
    dataOf(await customer.close(ticketId));
    await refuses(() => customer.addMessage(ticketId, { message: 'One more' }), {
      status: 400,
      code: 'TICKET_CLOSED',
      message: 'Invalid message',
    });
  });

  it('of many messages at once, takes as many as there is room for', async () => {
    const ticketId = await openTicket(customer);
    await fillMessages(server.databaseUrl, ticketId, numbered(MAX_MESSAGES - 3));
    const writers = [customer, agent, customer, agent, customer, agent, customer, agent];
    const outcomes = await Promise.all(writers.map((one) => one.addMessage(ticketId, { message: 'At once' })));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
    for (const outcome of outcomes.filter(({ ok }) => !ok)) expect(outcome).toMatchObject(FULL);
    const rows = await server.db.reader.message.findMany({ where: { ticketId }, select: { position: true } });
    expect(Math.max(...rows.map(({ position }) => position))).toBe(MAX_MESSAGES);
    expect(rows).toHaveLength(MAX_MESSAGES);
  });

  it('takes no note any more', async () => {
    const ticketId = await openTicket(customer);
    await fillNotes(server.databaseUrl, ticketId, numbered(MAX_NOTES - 1));
    dataOf(await agent.desk.note(ticketId, { content: 'The last one' }));
    await refuses(() => agent.desk.note(ticketId, { content: 'One more' }), {
      status: 400,
      code: 'TICKET_FULL',
      message: 'Invalid note',
      details: [{ path: 'ticketId', message: 'A ticket takes at most 5000 notes' }],
    });
    dataOf(await customer.addMessage(ticketId, { message: 'Messages have room of their own' }));
  });

  it('of many notes at once, takes as many as there is room for', async () => {
    const ticketId = await openTicket(customer);
    await fillNotes(server.databaseUrl, ticketId, numbered(MAX_NOTES - 2));
    const outcomes = await Promise.all(numbered(6).map((content) => agent.desk.note(ticketId, { content })));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(2);
    expect(await server.db.reader.note.count({ where: { ticketId } })).toBe(MAX_NOTES);
  });
});
