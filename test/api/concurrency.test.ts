import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { restClient } from '../support/rest-client.js';
import { type Outcome, SURFACES } from '../support/surfaces.js';
import { dataOf, NEW_TICKET, newUser, openTicket } from '../support/tickets.js';
import { agentToken, customerToken } from '../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const indices = (count: number) => Array.from({ length: count }, (_, index) => index);

describe.each(SURFACES)('at once over %s', (_name, open) => {
  it('messages that one client sends one after another never change places', async () => {
    const customer = open(server.url, customerToken(newUser()));
    const ticketId = await openTicket(customer);
    // Eight writers on one ticket; each waits for its answer before it writes again.
    const writers = [customer, ...indices(7).map((index) => open(server.url, agentToken(`agent_${index}`)))];
    const sent = await Promise.all(
      writers.map(async (writer, index) => {
        const contents = indices(6).map((count) => `${index}: ${count}`);
        for (const message of contents) dataOf(await writer.addMessage(ticketId, { message }));
        return contents;
      }),
    );
    const { messages } = dataOf(await customer.get(ticketId));
    expect(messages).toHaveLength(48);
    const contents: string[] = messages.map(({ content }: { content: string }) => content);
    for (const [index, own] of sent.entries()) {
      expect(contents.filter((content) => content.startsWith(`${index}:`))).toEqual(own);
    }
    const times: string[] = messages.map(({ timestamp }: { timestamp: string }) => timestamp);
    expect(times).toEqual([...new Set(times)].sort());
  });

  it('the counts of the queue are of one moment: they add up while tickets are closed', async () => {
    const customers = indices(4).map(() => open(server.url, customerToken(newUser())));
    const tickets = await Promise.all(
      customers.flatMap((customer) => indices(5).map(async () => [customer, await openTicket(customer)] as const)),
    );
    const agent = restClient(server.url, agentToken());
    const total = async () => {
      const counts = (await agent.get('/desk/tickets/counts')).body.data as Record<string, { total: number }>;
      return Object.values(counts).reduce((sum, one) => sum + one.total, 0);
    };
    const before = await total();
    const closing = Promise.all(tickets.map(async ([customer, ticketId]) => dataOf(await customer.close(ticketId))));
    const seen = await Promise.all(indices(30).map(total));
    await closing;
    expect(new Set(seen)).toEqual(new Set([before]));
  });

  it('messages that are sent together are all stored, each once', async () => {
    const customer = open(server.url, customerToken(newUser()));
    const ticketId = await openTicket(customer);
    const sent = await Promise.all(
      indices(30).map((index) => customer.addMessage(ticketId, { message: `Message ${index}` })),
    );
    const { messages } = dataOf(await customer.get(ticketId));
    const ids = messages.map(({ messageId }: { messageId: string }) => messageId);
    expect(ids.sort()).toEqual(sent.map((outcome) => dataOf(outcome).messageId).sort());
    expect((await server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } })).messageCount).toBe(30);
  });

  it('a close that meets messages comes after each that was acknowledged, and before none', async () => {
    for (const round of indices(5)) {
      const customer = open(server.url, customerToken(newUser()));
      const ticketId = await openTicket(customer);
      const send = (index: number) => customer.addMessage(ticketId, { message: `Message ${index}` });
      const [early, closed, late] = await Promise.all([
        Promise.all(indices(4).map(send)),
        customer.close(ticketId),
        Promise.all(indices(4).map(send)),
      ]);
      const { closedAt } = dataOf(closed);
      const outcomes: Outcome[] = [...early, ...late];
      for (const outcome of outcomes.filter(({ ok }) => !ok)) expect(outcome).toMatchObject({ code: 'TICKET_CLOSED' });
      const acknowledged = outcomes.filter(({ ok }) => ok).map((outcome) => dataOf(outcome).messageId);
      const { messages, status } = dataOf(await customer.get(ticketId));
      expect(status, `round ${round}`).toBe('Closed');
      expect(messages.map(({ messageId }: { messageId: string }) => messageId).sort()).toEqual(acknowledged.sort());
      for (const { timestamp } of messages) expect(timestamp < closedAt).toBe(true);
    }
  });

  it('closes by two people give one closedAt and one resolution', async () => {
    const userId = newUser();
    const people = [open(server.url, customerToken(userId)), open(server.url, agentToken())];
    for (const round of indices(5)) {
      const ticketId = await openTicket(open(server.url, customerToken(userId)));
      const closes = await Promise.all(
        people.flatMap((person, index) => indices(3).map(() => person.close(ticketId, { resolution: `By ${index}` }))),
      );
      const answers = closes.map(dataOf);
      expect(new Set(answers.map(({ closedAt }) => closedAt)).size, `round ${round}`).toBe(1);
      const row = await server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });
      expect(row.closedAt?.toISOString()).toBe(answers[0].closedAt);
      expect(row.updatedAt).toEqual(row.closedAt);
      expect(row.resolution).toMatch(/^By [01]$/);
    }
  });

  it('answers and reopenings end as if one had come after the other', async () => {
    const userId = newUser();
    const [customer, agent] = [open(server.url, customerToken(userId)), open(server.url, agentToken())];
    for (const _round of indices(5)) {
      const ticketId = await openTicket(customer);
      await server.db.transaction((tx) => tx.ticket.update({ where: { id: ticketId }, data: { status: 'Resolved' } }));
      await Promise.all([
        customer.addMessage(ticketId, { message: 'Not yet' }).then(dataOf),
        agent.addMessage(ticketId, { message: 'And now?' }).then(dataOf),
      ]);
      const { messages, status } = dataOf(await customer.get(ticketId));
      const customerFirst = messages[0].sender === userId;
      expect(status).toBe(customerFirst ? 'In Progress' : 'Open');
    }
  });

  it('creates by many users are all stored, for each their own', async () => {
    const users = indices(12).map(() => newUser());
    const created = await Promise.all(
      users.flatMap((userId) =>
        indices(5).map(async (index) => {
          const subject = `${userId}: ${index}`;
          const { ticketId } = dataOf(await open(server.url, customerToken(userId)).create({ ...NEW_TICKET, subject }));
          return { userId, ticketId, subject };
        }),
      ),
    );
    expect(new Set(created.map(({ ticketId }) => ticketId)).size).toBe(60);
    for (const userId of users) {
      const rows = dataOf(await open(server.url, customerToken(userId)).list());
      const shown = rows.map(({ ticketId, subject }: Record<string, string>) => ({ userId, ticketId, subject }));
      const own = created.filter((ticket) => ticket.userId === userId);
      expect(shown).toHaveLength(5);
      expect(shown).toEqual(expect.arrayContaining(own));
    }
  });

  it('a refused write takes nothing of an accepted one with it', async () => {
    const customer = open(server.url, customerToken(newUser()));
    const outcomes = await Promise.all(
      indices(30).map((index) =>
        customer.create({ ...NEW_TICKET, ...(index % 2 === 0 && { categoryId: 'category_999' }) }),
      ),
    );
    expect(outcomes.map(({ ok }) => ok)).toEqual(indices(30).map((index) => index % 2 === 1));
    const ids = dataOf(await customer.list({ limit: 100 })).map(({ ticketId }: { ticketId: string }) => ticketId);
    expect(ids.sort()).toEqual(
      outcomes
        .filter(({ ok }) => ok)
        .map((outcome) => dataOf(outcome).ticketId)
        .sort(),
    );
  });
});
