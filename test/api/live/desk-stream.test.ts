import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { openStream, type ServerSentEvent, STREAMS } from '../../support/event-stream.js';
import { addEvents } from '../../support/many-events.js';
import { restClient } from '../../support/rest-client.js';
import { openRest, type Surface } from '../../support/surfaces.js';
import { dataOf, newUser, openTicket } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

describe.each(STREAMS)('the stream of all events over %s', (_name, stream) => {
  let server: TestApp;
  let customer: Surface;
  let agent: Surface;
  beforeAll(async () => {
    server = await startApp({ env: { LIVE_POLL_MS: '20' } });
    customer = openRest(server.url, customerToken(newUser()));
    agent = openRest(server.url, agentToken('agent_1'));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const watch = (after?: string, headers?: Record<string, string>) =>
    openStream(server.url + stream.desk(after), agentToken('agent_1'), { ...(headers && { headers }) });
  const typesOf = (events: ServerSentEvent[]) => events.map(({ data }) => data.type);

  it('begins with the place from which on nothing is missed, and has what happens then, as the feed has it', async () => {
    await openTicket(customer);
    await using watching = await watch();
    expect(watching.status).toBe(200);
    expect(Object.fromEntries(watching.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/./),
    });
    const ready = await watching.value();
    expect(ready?.data).toEqual({ type: 'ready', resumed: false });
    const ticketId = await openTicket(customer);
    dataOf(await agent.desk.take(ticketId));
    dataOf(await agent.desk.note(ticketId, { content: 'n' }));
    const events: ServerSentEvent[] = [];
    // PostgreSQL's feed may show later what was there before.
    while (events.filter(({ data }) => data.ticketId === ticketId).length < 3)
      events.push(...(await watching.values(1)));
    const listed = dataOf(await agent.desk.events({ after: ready?.id }));
    expect(events.map(({ data }) => data)).toEqual(listed.events);
    expect(events.at(-1)?.id).toBe(listed.next);
  });

  it('goes on after any id, of its own or of the list, without a gap or a repetition', async () => {
    const start = await startOf();
    const ticketId = await openTicket(customer);
    for (let count = 0; count < 5; count += 1) dataOf(await customer.addMessage(ticketId, { message: 'm' }));
    const all = await valuesAfter(start, 6);
    for (const [index, { id }] of all.entries()) {
      const rest = all.slice(index + 1);
      expect(await valuesAfter(id, rest.length)).toEqual(rest);
    }
    const page = dataOf(await agent.desk.events({ after: start, limit: 2 }));
    expect(await valuesAfter(page.next, 4)).toEqual(all.slice(2));
  });

  it('goes on after the Last-Event-ID of an EventSource, which is newer than what stands in its URL', async () => {
    const start = await startOf();
    const ticketId = await openTicket(customer);
    dataOf(await agent.desk.take(ticketId));
    const [created] = await valuesAfter(start, 1);
    await using again = await watch(start, { 'last-event-id': String(created?.id) });
    expect((await again.values(1)).map(({ data }) => data)).toEqual([{ type: 'ready', resumed: true }]);
    expect(typesOf(await again.values(1))).toEqual(['ticket.assigned']);
  });

  it('reads from the database what is not kept in memory any more', async () => {
    const ticketId = await openTicket(customer);
    const { next } = dataOf(await agent.desk.events({ limit: 1 }));
    // More than are kept, and than are read at once.
    await addEvents(server.databaseUrl, ticketId, 1_500);
    const written = await server.db.reader.event.count();
    await using watching = await watch(next);
    await watching.value();
    const events = await watching.values(written - 1);
    const ids = events.map(({ data }) => data.eventId);
    expect(new Set(ids).size).toBe(written - 1);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('misses nothing and repeats nothing while many write, and several watch and come back', async () => {
    const start = await startOf();
    const writers = 8;
    const each = 6;
    const work = Promise.all(
      Array.from({ length: writers }, async () => {
        const ticketId = await openTicket(customer);
        for (let round = 1; round < each; round += 1) dataOf(await customer.addMessage(ticketId, { message: 'm' }));
      }),
    );
    const readAll = async (perConnection: number) => {
      const seen: ServerSentEvent[] = [];
      while (seen.length < writers * each) {
        await using watching = await watch(seen.at(-1)?.id ?? start);
        await watching.value();
        seen.push(...(await watching.values(Math.min(perConnection, writers * each - seen.length))));
      }
      return seen.map(({ data }) => data.eventId);
    };
    const [steady, returning] = await Promise.all([readAll(1_000), readAll(5), work]);
    expect(returning).toEqual(steady);
    expect(new Set(steady).size).toBe(writers * each);
  });

  it('is for the desk, and refuses what is no id of it', async () => {
    const status = async (path: string, token?: string) => (await openStream(server.url + path, token)).status;
    expect(await status(stream.desk())).toBe(401);
    expect(await status(stream.desk(), customerToken())).toBe(403);
    for (const wrong of ['x', 'WyJvbGRlciIsMV0', 'a'.repeat(1001)]) {
      const { status, body } = await watch(wrong);
      expect([wrong, status]).toEqual([wrong, 400]);
      expect(JSON.stringify(body)).toContain('Must be the id of an event of this stream');
    }
  });

  it('has no other way to be asked for', async () => {
    const client = restClient(server.url, agentToken());
    const { status, headers } = await client.post(stream.desk(), {});
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET');
    expect((await watch(undefined, {}).then((open) => open.close())) === undefined).toBe(true);
    const unknown = await openStream(`${server.url}${stream.desk()}?connectionParams=x`, agentToken());
    expect(unknown.status).toBe(400);
  });

  async function startOf(): Promise<string> {
    await using watching = await watch();
    return String((await watching.value())?.id);
  }

  async function valuesAfter(id: string | undefined, count: number): Promise<ServerSentEvent[]> {
    await using watching = await watch(id);
    expect((await watching.value())?.data).toEqual({ type: 'ready', resumed: true });
    return await watching.values(count);
  }
});

it('is not part of a batch, nor of what tRPC streams by itself', async () => {
  await using server = await startApp();
  const client = restClient(server.url, agentToken());
  const batch = await client.get('/trpc/desk.events.list,desk.events.watch?batch=1&input={}');
  expect(batch.status).toBe(400);
  expect(JSON.stringify(batch.body)).toContain('desk.events.watch is a subscription');
  expect((await client.get('/trpc/desk.events.watch?batch=1&input={}')).status).toBe(400);
  // The same to the router.
  await using escaped = await openStream(`${server.url}/trpc/desk.events.watc%68`, agentToken());
  expect((await escaped.value())?.data.type).toBe('ready');
});
