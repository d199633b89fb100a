import { describe, expect, it, vi } from 'vitest';
import { startApp } from '../../support/app.js';
import { openStream, STREAMS } from '../../support/event-stream.js';
import { keyPairIssuer, publicJwk } from '../../support/issuer.js';
import { startLoopbackServer } from '../../support/loopback-server.js';
import { addEvents } from '../../support/many-events.js';
import { openRest } from '../../support/surfaces.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser, openTicket } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const ENV = { LIVE_POLL_MS: '20' };
const METRICS = { METRICS_TOKEN: 'a-token-for-the-metrics' };
const PROXY = { retry: expect.stringMatching(/^[12]\d{3}$/) };

describe.each(STREAMS)('a stream over %s', (name, stream) => {
  it('ends when its token does, says so, and when to come back', async () => {
    const clock = new TestClock();
    await using server = await startApp({ env: ENV, clock });
    const exp = Math.floor(clock.now().getTime() / 1000) + 60;
    await using watching = await openStream(server.url + stream.desk(), agentToken('agent_1', { exp }));
    await watching.value();
    clock.advance(59_000);
    const heartbeat = await watching.next();
    expect(heartbeat?.comment ?? heartbeat?.event).toMatch(/heartbeat|ping/);
    clock.advance(2_000);
    expect(await watching.rest()).toEqual([{ ...PROXY, event: 'end', data: { reason: 'token' } }]);
    expect((await openStream(server.url + stream.desk(), agentToken('agent_1', { exp }))).status).toBe(401);
  });

  it('ends after half an hour, and goes on where it was', async () => {
    const clock = new TestClock();
    await using server = await startApp({ env: ENV, clock });
    const token = customerToken('user_1', { exp: undefined });
    await using watching = await openStream(server.url + stream.support(), token);
    await watching.value();
    const ticketId = await openTicket(openRest(server.url, token));
    const [created] = await watching.values(1);
    clock.advance(30 * 60_000);
    expect(await watching.rest()).toEqual([{ ...PROXY, event: 'end', data: { reason: 'duration' } }]);
    dataOf(await openRest(server.url, token).close(ticketId));
    await using again = await openStream(server.url + stream.support(created?.id), token);
    expect((await again.values(2)).map(({ data }) => data.type)).toEqual(['ready', 'ticket.closed']);
  });

  it('ends at once when the server stops, and holds up nobody', async () => {
    await using server = await startApp({ env: ENV });
    const watching = await Promise.all(
      Array.from({ length: 5 }, () => openStream(server.url + stream.desk(), agentToken())),
    );
    for (const one of watching) await one.value();
    const closed = server.app.close();
    for (const one of watching) {
      expect((await one.rest()).at(-1)).toEqual({ ...PROXY, event: 'end', data: { reason: 'stopping' } });
    }
    await closed;
  });

  it('is refused beyond what a user and what the instance may have, until one ends', async () => {
    await using server = await startApp({ env: { ...ENV, ...METRICS, MAX_STREAMS: '3', MAX_STREAMS_PER_USER: '2' } });
    const open = (user: string) => openStream(server.url + stream.support(), customerToken(user));
    await using first = await open('user_1');
    await using second = await open('user_1');
    const own = await open('user_1');
    expect([own.status, own.headers.get('retry-after')]).toEqual([429, '10']);
    expect(JSON.stringify(own.body)).toContain('You have 2 streams open');
    await using third = await open('user_2');
    const others = await open('user_2');
    expect(others.status).toBe(429);
    expect(JSON.stringify(others.body)).toContain('As many streams are open here');
    expect([first, second, third].map(({ status }) => status)).toEqual([200, 200, 200]);
    // They are no calls.
    expect((await openRest(server.url, customerToken('user_1')).categories()).status).toBe(200);
    await first.close();
    await vi.waitFor(async () => {
      await using again = await open('user_1');
      expect(again.status).toBe(200);
    });
  });

  it('is cut off when it takes nothing, and costs others nothing', async () => {
    const clock = new TestClock();
    await using server = await startApp({ env: { ...ENV, ...METRICS }, clock });
    const customer = openRest(server.url, customerToken(newUser(), { exp: undefined }));
    const token = agentToken('agent_1', { exp: undefined });
    await using slow = await openStream(server.url + stream.desk(), token);
    await using quick = await openStream(server.url + stream.desk(), token);
    await slow.value();
    await quick.value();
    const ticketId = await openTicket(customer);
    await quick.values(1);
    // More than the system's buffers hold between the two.
    await addEvents(server.databaseUrl, ticketId, 300, 'x'.repeat(50_000));
    await quick.values(300);
    clock.advance(31_000);
    await vi.waitFor(
      async () => expect(await metric(server.url, 'support_streams_ended_total{reason="slow"}')).toBe(1),
      {
        timeout: 20_000,
      },
    );
    expect(await metric(server.url, 'support_streams{state="used"}')).toBe(1);
    dataOf(await customer.close(ticketId));
    expect((await quick.values(1))[0]?.data.type).toBe('ticket.closed');
    // What it had not taken, it gets when it comes back.
    const taken = (await slow.rest()).filter(({ id }) => id !== undefined);
    expect(taken.length).toBeLessThan(301);
    await using again = await openStream(server.url + stream.desk(taken.at(-1)?.id), token);
    expect((await again.value())?.data).toEqual({ type: 'ready', resumed: true });
    const missed = await again.values(302 - taken.length);
    const ids = [...taken, ...missed].map(({ data }) => data.eventId);
    expect(new Set(ids).size).toBe(302);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it("ends when the issuer has withdrawn the token's key", async () => {
    const clock = new TestClock();
    const issuer = keyPairIssuer('ES256');
    const jwk = publicJwk(issuer, { kid: 'first' });
    await using jwks = await startLoopbackServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await using server = await startApp({ env: { ...ENV, JWT_JWKS_URL: `${jwks.url}/jwks` }, clock });
    const token = issuer.token({ sub: 'agent_1', role: 'agent' }, { alg: 'ES256', kid: 'first' });
    await using watching = await openStream(server.url + stream.desk(), token);
    await watching.value();
    jwks.handler = (_request, response) => response.end(JSON.stringify({ keys: [] }));
    // Then the keys are asked for again.
    clock.advance(301_000);
    const events = await watching.rest();
    expect(events.at(-1)).toEqual({ ...PROXY, event: 'end', data: { reason: 'token' } });
    expect((await openStream(server.url + stream.desk(), token)).status).toBe(401);
  });

  it('is counted while it is open, and when it has ended', async () => {
    await using server = await startApp({ env: { ...ENV, ...METRICS } });
    const watching = await openStream(server.url + stream.desk(), agentToken());
    await watching.value();
    await openTicket(openRest(server.url, customerToken()));
    await watching.values(1);
    expect(await metric(server.url, 'support_streams{state="used"}')).toBe(1);
    expect(await metric(server.url, 'support_live_delivery_lag_seconds_count')).toBe(1);
    await watching.close();
    await vi.waitFor(async () => expect(await metric(server.url, 'support_streams{state="used"}')).toBe(0));
    expect(await metric(server.url, 'support_streams_ended_total{reason="client"}')).toBe(1);
    const call = `support_procedure_duration_seconds_count{procedure="desk.events.watch",surface="${name.toLowerCase()}",code="OK"}`;
    expect(await metric(server.url, call)).toBe(1);
  });
});

async function metric(url: string, name: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${METRICS.METRICS_TOKEN}` };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}
