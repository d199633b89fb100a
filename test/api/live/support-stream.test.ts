import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { type OpenStream, openStream, type ServerSentEvent, STREAMS } from '../../support/event-stream.js';
import { restClient } from '../../support/rest-client.js';
import { openRest, type Surface } from '../../support/surfaces.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser, openTicket } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

describe.each(STREAMS)("a customer's stream over %s", (_name, stream) => {
  let server: TestApp;
  let userId: string;
  let customer: Surface;
  let agent: Surface;
  const clock = new TestClock();
  beforeAll(async () => {
    server = await startApp({ env: { LIVE_POLL_MS: '20' }, clock });
    agent = openRest(server.url, agentToken('agent_1'));
    userId = newUser();
    customer = openRest(server.url, customerToken(userId));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const watch = (after?: string) => openStream(server.url + stream.support(after), customerToken(userId));
  const tag = (ticketId: string) =>
    restClient(server.url, agentToken()).patch(`/desk/tickets/${ticketId}/tags`, { add: [`t${Math.random()}`] });
  /** PostgreSQL's feed may show later what was there before. */
  const until = async (watching: OpenStream, ticketId: string) => {
    while ((await watching.value())?.data.ticketId !== ticketId);
  };
  const dataIn = (events: ServerSentEvent[]) => events.map(({ data }) => data);

  it('tells of their own tickets what they may see, and of nothing else', async () => {
    const other = openRest(server.url, customerToken(newUser()));
    await using watching = await watch();
    expect((await watching.value())?.data).toEqual({ type: 'ready', resumed: false });
    const ticketId = await openTicket(customer);
    const theirs = await openTicket(other);
    dataOf(await other.addMessage(theirs, { message: 'm' }));
    const { messageId } = dataOf(await customer.addMessage(ticketId, { message: 'm' }));
    dataOf(await agent.desk.note(ticketId, { content: 'n' }));
    // The work begins with it, which is no secret; who has it is.
    dataOf(await agent.desk.take(ticketId));
    dataOf(await agent.desk.assign(ticketId, { agentId: 'agent_2' }));
    dataOf(await agent.desk.unassign(ticketId));
    await tag(ticketId);
    const reply = dataOf(await agent.desk.reply(ticketId, { message: 'r' }));
    dataOf(await agent.desk.update(ticketId, { priority: 'High' }));
    dataOf(await agent.desk.resolve(ticketId));
    const again = dataOf(await customer.addMessage(ticketId, { message: 'm' }));
    dataOf(await customer.close(ticketId));
    await restClient(server.url, customerToken(userId)).post(`/support/tickets/${ticketId}/rating`, { score: 5 });
    expect(dataIn(await watching.values(10))).toEqual([
      { type: 'ticket.created', ticketId },
      { type: 'message.added', ticketId, messageId },
      { type: 'ticket.updated', ticketId },
      { type: 'message.added', ticketId, messageId: reply.messageId },
      { type: 'ticket.updated', ticketId },
      { type: 'ticket.resolved', ticketId },
      { type: 'message.added', ticketId, messageId: again.messageId },
      { type: 'ticket.reopened', ticketId },
      { type: 'ticket.closed', ticketId },
      { type: 'ticket.rated', ticketId },
    ]);
    expect(watching.text).not.toContain(theirs);
    expect(watching.text).not.toMatch(/agent_|note|tag|assign|version|eventId/);
    // Nor in its ids, which are no riddle.
    for (const [, id = ''] of watching.text.matchAll(/^id: (.+)$/gm)) {
      expect(Buffer.from(id, 'base64url').toString()).toMatch(
        /^\["(start"|ticket_[\w-]+","[\dTZ:.-]+","(ticket\.(created|updated|resolved|reopened|closed|rated)|message\.added)")\]$/,
      );
    }
  });

  it('sends the same bytes at the same times whether agents write notes or not', async () => {
    await using watching = await watch();
    await watching.value();
    const ticketId = await openTicket(customer);
    await until(watching, ticketId);
    const before = watching.text;
    dataOf(await agent.desk.note(ticketId, { content: 'n' }));
    await tag(ticketId);
    // Read by the stream of an agent: so it is, by all.
    dataOf(await agent.desk.unassign(ticketId));
    await using desk = await openStream(server.url + stream.desk(), agentToken());
    await desk.value();
    clock.advance(10_001);
    const next = await watching.next();
    expect(next?.comment ?? next?.event).toMatch(/^(heartbeat|ping)$/);
    expect(watching.text.slice(before.length)).toMatch(/^(: heartbeat|event: ping\ndata: )\n\n$/);
  });

  it('goes on after the last id, without a gap or a repetition, and says so', async () => {
    await using watching = await watch();
    await watching.value();
    const ticketId = await openTicket(customer);
    for (let count = 0; count < 3; count += 1) {
      dataOf(await agent.desk.note(ticketId, { content: 'n' }));
      dataOf(await customer.addMessage(ticketId, { message: 'm' }));
    }
    dataOf(await agent.desk.resolve(ticketId));
    dataOf(await customer.addMessage(ticketId, { message: 'reopens it, at one time with it' }));
    const all = await watching.values(7);
    for (const [index, { id }] of all.entries()) {
      await using again = await watch(id);
      expect(await again.value()).toMatchObject({ id, data: { type: 'ready', resumed: true } });
      const rest = all.slice(index + 1);
      expect(await again.values(rest.length)).toEqual(rest);
    }
  });

  it('says that it begins anew where the id tells it nothing: of another, too old, or none yet', async () => {
    const otherId = newUser();
    const other = openRest(server.url, customerToken(otherId));
    await using theirs = await openStream(server.url + stream.support(), customerToken(otherId));
    const start = await theirs.value();
    await openTicket(other);
    const [created] = await theirs.values(1);
    for (const id of [created?.id, start?.id, undefined]) {
      await using watching = await watch(id);
      expect((await watching.value())?.data).toEqual({ type: 'ready', resumed: false });
      const ticketId = await openTicket(customer);
      expect(dataIn(await watching.values(1))).toEqual([{ type: 'ticket.created', ticketId }]);
    }
  });

  it('refuses who is nobody, and ids that are none', async () => {
    const { status, headers } = await openStream(server.url + stream.support(), undefined);
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="support-api"']);
    for (const wrong of ['x', Buffer.from('["a","b","note.added"]').toString('base64url')]) {
      expect([wrong, (await watch(wrong)).status]).toEqual([wrong, 400]);
    }
  });
});
