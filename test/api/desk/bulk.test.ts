import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { historyOf, lastEvent } from '../../support/desk.js';
import { SURFACES, type Surface } from '../../support/surfaces.js';
import { dataOf, newUser, openTicket } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(SURFACES)('bulk changes over %s', (_name, open) => {
  let customer: Surface;
  let agent: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(newUser()));
    agent = open(server.url, agentToken('agent_1'));
  });

  const many = (count: number) => Promise.all(Array.from({ length: count }, () => openTicket(customer)));

  it('give a result for each ticket, in their order: one that fails keeps none back', async () => {
    const [one, closed, two] = (await many(3)) as [string, string, string];
    dataOf(await customer.close(closed));
    const missing = 'ticket_01936b2e-7c1f-7abc-8def-0123456789ab';
    const ticketIds = [two, closed, missing, 'nonsense', one, two];
    const change = { status: 'Resolved', priority: 'High', assignedAgent: 'agent_7' };
    const final = { code: 'INVALID_TRANSITION', message: 'The ticket is Closed, which is final' };
    const none = { code: 'NOT_FOUND', message: 'Ticket not found' };
    expect(dataOf(await agent.desk.bulk({ ticketIds, change }))).toEqual([
      { ticketId: two, ok: true, version: 2, error: null },
      { ticketId: closed, ok: false, version: null, error: final },
      { ticketId: missing, ok: false, version: null, error: none },
      { ticketId: 'nonsense', ok: false, version: null, error: none },
      { ticketId: one, ok: true, version: 2, error: null },
      { ticketId: two, ok: true, version: 2, error: null },
    ]);
    for (const ticketId of [one, two]) {
      expect(dataOf(await customer.get(ticketId))).toMatchObject(change);
      expect(await lastEvent(agent, ticketId)).toEqual({
        type: 'ticket.resolved',
        actor: 'agent_1',
        before: { status: 'Open', priority: 'Medium', assignedAgent: null },
        after: change,
      });
    }
  });

  it('change a ticket whole or not at all', async () => {
    const ticketId = await openTicket(customer);
    const change = { priority: 'Critical', categoryId: 'category_404' };
    const [result] = dataOf(await agent.desk.bulk({ ticketIds: [ticketId], change }));
    expect(result).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
    expect(dataOf(await customer.get(ticketId)).priority).toBe('Medium');
    expect(await historyOf(agent, ticketId)).toHaveLength(1);
  });

  it('assign and put back, as the single calls do', async () => {
    const ticketIds = await many(2);
    dataOf(await agent.desk.bulk({ ticketIds, change: { assignedAgent: 'agent_7' } }));
    expect(dataOf(await customer.get(ticketIds[0] as string))).toMatchObject({
      status: 'In Progress',
      assignedAgent: 'agent_7',
    });
    dataOf(await agent.desk.bulk({ ticketIds, change: { assignedAgent: null } }));
    expect(await lastEvent(agent, ticketIds[1] as string)).toMatchObject({ type: 'ticket.unassigned' });
    expect(dataOf(await agent.desk.bulk({ ticketIds, change: {} })).map(({ version }: never) => version)).toEqual([
      3, 3,
    ]);
  });

  it('all get through that name the same tickets in another order at the same time', async () => {
    const ticketIds = await many(10);
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const order = index % 2 === 0 ? ticketIds : [...ticketIds].reverse();
        return agent.desk.bulk({ ticketIds: order, change: { assignedAgent: `agent_${index}` } });
      }),
    );
    for (const outcome of outcomes) expect(dataOf(outcome).every(({ ok }: { ok: boolean }) => ok)).toBe(true);
    const tickets = await Promise.all(ticketIds.map((ticketId) => customer.get(ticketId)));
    expect(new Set(tickets.map((ticket) => dataOf(ticket).assignedAgent)).size).toBe(1);
    for (const ticketId of ticketIds) expect(await historyOf(agent, ticketId)).toHaveLength(13);
  });
});
