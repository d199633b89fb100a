import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient, supportError } from '../../../src/client/index.js';
import type { DeskStreamItem } from '../../../src/desk/history/schemas.js';
import { startApp, type TestApp } from '../../support/app.js';
import { openRest, type Surface } from '../../support/surfaces.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser, openTicket } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

describe('the typed client', () => {
  let server: TestApp;
  let customer: Surface;
  beforeAll(async () => {
    server = await startApp({ env: { LIVE_POLL_MS: '20' } });
    customer = openRest(server.url, customerToken(newUser()));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('goes on after the last event when the connection breaks, with a fresh token, and tells of it', async () => {
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    let tokens = 0;
    const token = () => {
      tokens += 1;
      return agentToken();
    };
    const watching = watch(createSupportClient({ url: `http://127.0.0.1:${proxy.port}`, token }));
    await watching.until(({ type }) => type === 'ready');
    const first = await openTicket(customer);
    await watching.until((item) => 'ticketId' in item && item.ticketId === first);
    proxy.refuse();
    const second = await openTicket(customer);
    await proxy.accept();
    await watching.until((item) => 'ticketId' in item && item.ticketId === second);
    watching.stop();
    const created = watching.items.flatMap((item) => ('ticketId' in item ? [item.ticketId] : []));
    expect(created.filter((id) => [first, second].includes(id))).toEqual([first, second]);
    expect(watching.items.filter(({ type }) => type === 'ready')).toEqual([
      { type: 'ready', resumed: false },
      { type: 'ready', resumed: true },
    ]);
    expect(watching.states).toEqual(expect.arrayContaining(['connecting', 'pending']));
    expect(tokens).toBeGreaterThanOrEqual(2);
  });

  it('says why it was refused, and stays away', async () => {
    const refusal = (token: string) =>
      new Promise<unknown>((resolve) => {
        const { desk } = createSupportClient({ url: server.url, token });
        desk.events.watch.subscribe({}, { onError: (error) => resolve(supportError(error)) });
      });
    expect(await refusal(customerToken())).toMatchObject({ code: 'FORBIDDEN', httpStatus: 403 });
    expect(await refusal('no token')).toMatchObject({ code: 'UNAUTHORIZED', httpStatus: 401 });
  });

  it('comes back with the token that it is given then, and says so where its role may not have this any more', async () => {
    const clock = new TestClock();
    await using other = await startApp({ env: { LIVE_POLL_MS: '20' }, clock });
    let token = agentToken('agent_1', { exp: undefined });
    const { desk } = createSupportClient({ url: other.url, token: () => token });
    const states: string[] = [];
    const refused = new Promise<unknown>((resolve) => {
      desk.events.watch.subscribe(
        {},
        {
          onData: ({ data }) => states.push(data.type),
          onError: (error) => resolve(supportError(error)),
        },
      );
    });
    await vi.waitFor(() => expect(states).toEqual(['ready']));
    token = customerToken('agent_1', { exp: undefined });
    clock.advance(30 * 60_000);
    expect(await refused).toMatchObject({ code: 'FORBIDDEN', httpStatus: 403 });
    expect(states).toEqual(['ready']);
  });

  it('has both surfaces of a customer in one client', async () => {
    const userId = newUser();
    const { support } = createSupportClient({ url: server.url, token: customerToken(userId) });
    const seen = new Promise<unknown>((resolve) => {
      const subscription = support.tickets.watch.subscribe(
        {},
        {
          onData: ({ data }) => {
            if (data.type === 'ready') void openTicket(openRest(server.url, customerToken(userId)));
            else {
              subscription.unsubscribe();
              resolve(data.type);
            }
          },
        },
      );
    });
    expect(await seen).toBe('ticket.created');
    expect(dataOf(await customer.categories()).length).toBeGreaterThan(0);
  });
});

function watch({ desk }: SupportClient) {
  const items: DeskStreamItem[] = [];
  const states: string[] = [];
  let told = () => {};
  const subscription = desk.events.watch.subscribe(
    {},
    {
      onData: ({ data }) => {
        items.push(data);
        told();
      },
      onConnectionStateChange: ({ state }) => states.push(state),
    },
  );
  return {
    items,
    states,
    stop: () => subscription.unsubscribe(),
    async until(condition: (item: DeskStreamItem) => boolean): Promise<void> {
      while (!items.some(condition)) {
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
    },
  };
}
