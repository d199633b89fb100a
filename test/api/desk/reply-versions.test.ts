import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { type Outcome, SURFACES, type Surface } from '../../support/surfaces.js';
import { dataOf, newUser, openTicket, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(SURFACES)('what an agent writes against a version, over %s', (_name, open) => {
  let customer: Surface;
  let agents: Surface[];
  let agent: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(newUser()));
    agents = Array.from({ length: 6 }, (_, index) => open(server.url, agentToken(`agent_${index}`)));
    agent = agents[0] as Surface;
  });

  const versionOf = async (ticketId: string): Promise<number> => dataOf(await agent.desk.get(ticketId)).version;
  const WRITES: [name: string, write: (surface: Surface, id: string, version?: number) => Promise<Outcome>][] = [
    ['reply', (surface, id, version) => surface.desk.reply(id, { message: 'm', ...(version && { version }) })],
    ['note', (surface, id, version) => surface.desk.note(id, { content: 'n', ...(version && { version }) })],
  ];

  describe.each(WRITES)('a %s', (_write, write) => {
    it('is stored while the ticket has that version, which is the next one then', async () => {
      const ticketId = await openTicket(customer);
      dataOf(await write(agent, ticketId, 1));
      expect(await versionOf(ticketId)).toBe(2);
      dataOf(await write(agent, ticketId, 2));
      dataOf(await write(agent, ticketId));
      expect(await versionOf(ticketId)).toBe(4);
    });

    it.each<[string, (ticketId: string) => Promise<Outcome>]>([
      ["a customer's message", (id) => customer.addMessage(id, { message: 'm' })],
      ["another's reply", (id) => (agents[1] as Surface).desk.reply(id, { message: 'm' })],
      ['a note', (id) => (agents[1] as Surface).desk.note(id, { content: 'n' })],
      ['an assignment', (id) => (agents[1] as Surface).desk.take(id)],
      ['a close', (id) => customer.close(id)],
    ])('is refused after %s, and nothing of it is stored', async (_change, change) => {
      const ticketId = await openTicket(customer);
      dataOf(await change(ticketId));
      const version = await versionOf(ticketId);
      await withoutEffect(server.db, async () => {
        for (const other of [version - 1, version + 1]) {
          expect(await write(agent, ticketId, other)).toMatchObject({
            status: 409,
            code: 'VERSION_CONFLICT',
            message: `The ticket has changed meanwhile: its version is ${version}`,
          });
        }
      });
    });

    it('of all who write at once against the same version one is stored, and the others are told', async () => {
      for (let round = 0; round < 3; round += 1) {
        const ticketId = await openTicket(customer);
        const outcomes = await Promise.all(agents.map((one) => write(one, ticketId, 1)));
        expect(outcomes.map(({ status }) => status).sort()).toEqual([200, ...agents.slice(1).map(() => 409)]);
        const { messages, notes, version } = dataOf(await agent.desk.get(ticketId));
        expect([messages.length + notes.length, version]).toEqual([1, 2]);
      }
    });

    it("meets a customer's message: it is before that, or it is refused", async () => {
      for (let round = 0; round < 5; round += 1) {
        const ticketId = await openTicket(customer);
        const [written, said] = await Promise.all([
          write(agent, ticketId, 1),
          customer.addMessage(ticketId, { message: 'm' }),
        ]);
        const { messages, notes } = dataOf(await agent.desk.get(ticketId));
        const all = [...messages, ...notes].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
        const ids = all.map(({ messageId, noteId }) => messageId ?? noteId);
        const theirs = dataOf(said).messageId;
        if (written.ok) expect(ids).toEqual([written.data.messageId ?? written.data.noteId, theirs]);
        else expect([written.code, ids]).toEqual(['VERSION_CONFLICT', [theirs]]);
      }
    });

    it('is a 400 for what is no version, and a 404 for a ticket that is not there', async () => {
      const ticketId = await openTicket(customer);
      await withoutEffect(server.db, async () => {
        expect(await write(agent, ticketId, 0.5)).toMatchObject({ status: 400, details: [{ path: 'version' }] });
        expect(await write(agent, ticketId, -1)).toMatchObject({ status: 400, details: [{ path: 'version' }] });
        for (const id of ['ticket_01936b2e-7c1f-7abc-8def-0123456789ab', 'x']) {
          expect(await write(agent, id, 1)).toMatchObject({ status: 404, message: 'Ticket not found' });
        }
      });
    });
  });

  it('has its first answer when it is sent again with its key', async () => {
    const ticketId = await openTicket(customer);
    const keyed = open(server.url, agentToken('agent_0'), { headers: { 'idempotency-key': `reply-${ticketId}` } });
    const first = dataOf(await keyed.desk.reply(ticketId, { message: 'm', version: 1 }));
    expect(dataOf(await keyed.desk.reply(ticketId, { message: 'm', version: 1 }))).toEqual(first);
    expect(await versionOf(ticketId)).toBe(2);
  });

  it('is no input of a customer', async () => {
    const ticketId = await openTicket(customer);
    expect(await customer.addMessage(ticketId, { message: 'm', version: 1 })).toMatchObject({
      status: 400,
      details: [{ path: 'version' }],
    });
  });
});
