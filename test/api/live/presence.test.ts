import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSupportClient } from '../../../src/client/index.js';
import type { DeskStreamItem } from '../../../src/desk/history/schemas.js';
import { removeExpiredPresence } from '../../../src/presence/remove-expired.js';
import { startApp, type TestApp } from '../../support/app.js';
import { type OpenStream, openStream, STREAMS } from '../../support/event-stream.js';
import { SURFACES, type Surface } from '../../support/surfaces.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser, openTicket, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const ENV = { LIVE_POLL_MS: '20' };
/** As an issuer that gives tokens without an end: a test's clock may go far. */
const token = (agent: string) => agentToken(agent, { exp: undefined });

let server: TestApp;
let clock: TestClock;
beforeEach(async () => {
  clock = new TestClock();
  server = await startApp({ env: ENV, clock });
});
afterEach(() => server[Symbol.asyncDispose]());

/** Reads until a stream tells that it is so, and gives the ids of all that it told of presence. */
async function until(watching: OpenStream, ticketId: string, agents: object[]): Promise<(string | undefined)[]> {
  for (const ids: (string | undefined)[] = []; ; ) {
    const one = await watching.value();
    if (one === undefined) throw new Error(`It has ended: ${watching.text}`);
    const { type, ticketId: at, presence } = one.data;
    // An event may come between: on PostgreSQL the feed waits for whatever else is being written on the server.
    if (type === 'presence') ids.push(one.id);
    if (type === 'presence' && at === ticketId && JSON.stringify(presence) === JSON.stringify(agents)) return ids;
  }
}

describe.each(SURFACES)('presence over %s', (_name, open) => {
  let customer: Surface;
  let one: Surface;
  let other: Surface;
  let ticketId: string;
  beforeEach(async () => {
    customer = open(server.url, customerToken(newUser(), { exp: undefined }));
    one = open(server.url, token('agent_1'));
    other = open(server.url, token('agent_2'));
    ticketId = await openTicket(customer);
  });

  const present = async () => {
    const { presence } = dataOf(await one.desk.get(ticketId));
    const { tickets } = dataOf(await one.desk.queue());
    expect(tickets.find((row: { ticketId: string }) => row.ticketId === ticketId).presence).toEqual(presence);
    return presence;
  };

  it('is told by each beat, with the ticket and in the queue, until it expires or the agent leaves', async () => {
    const since = clock.now().toISOString();
    expect(await present()).toEqual([]);
    const first = dataOf(await one.desk.beat(ticketId));
    const expiresAt = new Date(clock.now().getTime() + 30_000).toISOString();
    expect(first).toEqual({ ticketId, presence: [{ agentId: 'agent_1', typing: false, since }], expiresAt });
    clock.advance(10_000);
    const then = clock.now().toISOString();
    dataOf(await other.desk.beat(ticketId, { typing: true }));
    const both = [
      { agentId: 'agent_1', typing: false, since },
      { agentId: 'agent_2', typing: true, since: then },
    ];
    expect(await present()).toEqual(both);
    dataOf(await other.desk.beat(ticketId));
    clock.advance(20_000);
    expect(await present()).toEqual([{ ...both[1], typing: false }]);
    // Who has been away comes anew, and is the last one.
    const { presence } = dataOf(await one.desk.beat(ticketId));
    expect(presence).toEqual([
      { ...both[1], typing: false },
      { ...both[0], since: clock.now().toISOString() },
    ]);
    expect(dataOf(await other.desk.leave(ticketId))).toEqual({ ticketId });
    expect(dataOf(await other.desk.leave(ticketId))).toEqual({ ticketId });
    expect(await present()).toEqual(presence.slice(1));
  });

  it('changes nothing of the ticket, and is in no history; what has expired is removed', async () => {
    const before = dataOf(await one.desk.get(ticketId));
    await withoutEffect(server.db, async () => {
      dataOf(await one.desk.beat(ticketId, { typing: true }));
    });
    const { presence: _, ...ticket } = dataOf(await one.desk.get(ticketId));
    expect({ ...ticket, presence: [] }).toEqual(before);
    expect(JSON.stringify(dataOf(await customer.get(ticketId)))).not.toContain('agent_1');
    expect(await removeExpiredPresence({ db: server.db, clock })).toBe(0);
    clock.advance(30_000);
    expect(await removeExpiredPresence({ db: server.db, clock })).toBe(1);
    expect(await server.db.reader.presence.count()).toBe(0);
  });

  it('is refused for a ticket that is not there, for what is no beat, and to customers', async () => {
    for (const missing of ['ticket_01936b2e-7c1f-7abc-8def-0123456789ab', 'x']) {
      expect(await one.desk.beat(missing)).toMatchObject({ status: 404, message: 'Ticket not found' });
    }
    expect(await one.desk.leave('x')).toMatchObject({ status: 404 });
    expect(await one.desk.beat(ticketId, { typing: 'yes' })).toMatchObject({
      status: 400,
      details: [{ path: 'typing' }],
    });
    expect(await customer.desk.beat(ticketId)).toMatchObject({ status: 403 });
    expect(await customer.desk.leave(ticketId)).toMatchObject({ status: 403 });
    expect(await server.db.reader.presence.count()).toBe(0);
  });

  it('holds for twenty tickets of one agent, and tells of ten agents at one', async () => {
    const tickets = await Promise.all(Array.from({ length: 20 }, () => openTicket(customer)));
    for (const id of tickets) dataOf(await one.desk.beat(id));
    const refused = await one.desk.beat(ticketId);
    expect(refused).toMatchObject({ status: 429, message: expect.stringContaining('20 other tickets') });
    expect(refused.headers.get('retry-after')).toBe('30');
    // Those that it has go on.
    dataOf(await one.desk.beat(tickets[0] as string));
    dataOf(await one.desk.leave(tickets[0] as string));
    dataOf(await one.desk.beat(ticketId));
    for (let count = 2; count <= 12; count += 1) {
      clock.advance(1);
      dataOf(await open(server.url, token(`agent_${count}`)).desk.beat(ticketId));
    }
    const agents = (await present()).map(({ agentId }: { agentId: string }) => agentId);
    expect(agents).toEqual(Array.from({ length: 10 }, (_, index) => `agent_${index + 1}`));
  });
});

describe.each(STREAMS)('the stream of the desk over %s, with presence', (_name, stream) => {
  const [[, open]] = SURFACES as [(typeof SURFACES)[number]];
  let customer: Surface;
  let agent: Surface;
  let ticketId: string;
  beforeEach(async () => {
    customer = open(server.url, customerToken(newUser(), { exp: undefined }));
    agent = open(server.url, token('agent_1'));
    ticketId = await openTicket(customer);
  });
  const watch = (after?: string) => openStream(server.url + stream.presence(after), token('agent_9'));
  const here = (typing: boolean) => [{ agentId: 'agent_1', typing, since: clock.now().toISOString() }];

  it('tells who is where at first, and then what changes, without an id', async () => {
    dataOf(await agent.desk.beat(ticketId));
    await using watching = await watch();
    expect((await watching.value())?.data).toEqual({ type: 'ready', resumed: false });
    const before = here(false);
    expect(await until(watching, ticketId, before)).toEqual([undefined]);
    dataOf(await agent.desk.beat(ticketId, { typing: true }));
    expect(await until(watching, ticketId, here(true))).toEqual([undefined]);
    dataOf(await agent.desk.leave(ticketId));
    expect(await until(watching, ticketId, [])).toEqual([undefined]);
    dataOf(await agent.desk.beat(ticketId));
    await until(watching, ticketId, here(false));
    clock.advance(30_000);
    expect(await until(watching, ticketId, [])).toEqual([undefined]);
  });

  it('tells it across instances', async () => {
    await using second = await startApp({ env: { ...ENV, DATABASE_URL: server.databaseUrl }, clock });
    await using watching = await watch();
    await watching.value();
    dataOf(await open(second.url, token('agent_1')).desk.beat(ticketId, { typing: true }));
    await until(watching, ticketId, here(true));
  });

  it('has all events in between, and goes on after the last of them', async () => {
    await using watching = await watch();
    const start = await watching.value();
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      dataOf(await agent.desk.beat(ticketId, { typing: round % 2 === 0 }));
      dataOf(await customer.addMessage(ticketId, { message: 'm' }));
    }
    while (ids.length < 5) {
      const value = await watching.value();
      if (value?.data.type === 'message.added') ids.push(String(value.id));
      else expect(value?.data.type === 'ticket.created' || value?.id === undefined).toBe(true);
    }
    const place = ids[2] as string;
    await using again = await watch(place);
    expect(await again.value()).toMatchObject({ id: place, data: { type: 'ready', resumed: true } });
    const rest: string[] = [];
    while (rest.length < 2) {
      const value = await again.value();
      if (value?.id !== undefined) rest.push(value.id);
    }
    expect(rest).toEqual(ids.slice(3));
    expect(start?.id).toBeDefined();
  });

  it('is not in a stream that has not asked for it, nor in a customer’s', async () => {
    await using plain = await openStream(server.url + stream.desk(), token('agent_9'));
    await using theirs = await openStream(server.url + stream.support(), customerToken('user_2', { exp: undefined }));
    await plain.value();
    await theirs.value();
    await using watching = await watch();
    dataOf(await agent.desk.beat(ticketId));
    await until(watching, ticketId, here(false));
    const last = await openTicket(open(server.url, customerToken('user_2', { exp: undefined })));
    await vi.waitFor(async () => {
      expect((await theirs.value())?.data).toEqual({ type: 'ticket.created', ticketId: last });
    });
    while ((await plain.value())?.data.ticketId !== last);
    expect(plain.text + theirs.text).not.toMatch(/presence|agent_1/);
  });
});

it('reaches the typed client, which resumes as if it had not come', async () => {
  const [[, open]] = SURFACES as [(typeof SURFACES)[number]];
  const customer = open(server.url, customerToken(newUser(), { exp: undefined }));
  const ticketId = await openTicket(customer);
  await using proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  const { desk } = createSupportClient({ url: `http://127.0.0.1:${proxy.port}`, token: token('agent_1') });
  const items: DeskStreamItem[] = [];
  const subscription = desk.events.watch.subscribe({ presence: true }, { onData: ({ data }) => items.push(data) });
  const typesSince = (index: number) => items.slice(index).map(({ type }) => type);
  const told = (wanted: string, since = 0) => vi.waitFor(() => expect(typesSince(since)).toContain(wanted), 20_000);
  await told('ready');
  dataOf(await customer.addMessage(ticketId, { message: 'm' }));
  await told('message.added');
  await desk.presence.beat.mutate({ ticketId, typing: true });
  await told('presence');
  proxy.refuse();
  const known = items.length;
  dataOf(await customer.addMessage(ticketId, { message: 'm' }));
  await proxy.accept();
  await told('message.added', known);
  await told('presence', known);
  subscription.unsubscribe();
  expect(items.filter(({ type }) => type === 'message.added')).toHaveLength(2);
  expect(items.filter(({ type }) => type === 'ready').at(-1)).toEqual({ type: 'ready', resumed: true });
});
