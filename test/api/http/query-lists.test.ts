import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { restClient } from '../../support/rest-client.js';
import { send } from '../../support/send.js';
import { NEW_TICKET } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
const statuses = new Map<string, string>();

beforeAll(async () => {
  server = await startApp();
  const customer = restClient(server.url, customerToken());
  const agent = restClient(server.url, agentToken());
  const create = async () => (await customer.post('/support/tickets', NEW_TICKET)).body.data.ticketId as string;
  const [open, taken, resolved] = [await create(), await create(), await create()];
  await agent.post(`/desk/tickets/${taken}/take`);
  await agent.post(`/desk/tickets/${resolved}/resolve`, {});
  for (const [id = '', status] of [
    [open, 'Open'],
    [taken, 'In Progress'],
    [resolved, 'Resolved'],
  ] as const) {
    statuses.set(id, status);
  }
});
afterAll(() => server[Symbol.asyncDispose]());

const queue = (query: string) => send(`${server.url}/desk/tickets?${query}`, { token: agentToken() });

describe('a list in a query', () => {
  it.each([
    ['repeated, as OpenAPI has it by default', 'status=Open&status=In%20Progress'],
    ['repeated, with a plus for the space', 'status=Open&status=In+Progress'],
    ['with commas', 'status=Open,In%20Progress'],
    ['with commas, escaped', 'status=Open%2CIn%20Progress'],
    ['with brackets', 'status[]=Open&status[]=In%20Progress'],
    ['with brackets, escaped', 'status%5B%5D=Open&status%5B%5D=In%20Progress'],
    ['in two ways at once', 'status=Open&status[]=In%20Progress'],
    ['with one value, repeated', 'status=Open&status=Open&status=In%20Progress'],
  ])('is taken %s', async (_how, query) => {
    const { status, body } = await queue(query);
    expect(status).toBe(200);
    const tickets: { ticketId: string; status: string }[] = body.data.tickets;
    expect(tickets.map((one) => one.status).sort()).toEqual(['In Progress', 'Open']);
    for (const one of tickets) expect(one.status).toBe(statuses.get(one.ticketId));
  });

  it('has numbers where the items are numbers, as plain decimal digits', async () => {
    const ratings = (query: string) => send(`${server.url}/desk/ratings?${query}`, { token: agentToken() });
    for (const query of ['score=1,5', 'score=1&score=5', 'score[]=1']) expect((await ratings(query)).status).toBe(200);
    for (const wrong of ['1e0', '0x1', '01', '', 'one', '1.0']) {
      expect(failureOf(await ratings(`score=1&score=${wrong}`))).toMatchObject({
        status: 400,
        details: [{ path: 'score.1' }],
      });
    }
  });

  it.each([
    ['status=Open&status=Nothing', 'status.1'],
    ['status[]=Nothing', 'status.0'],
    ['status[0]=Open', 'status[0]'],
    ['status=', 'status.0'],
    ['status=Open&status=Closed&status=Resolved&status=Open&status=Open', 'status'],
    ['sort=waiting&sort=created', 'sort'],
    ['sort[]=waiting', 'sort[]'],
  ])('is refused by name: %s', async (query, path) => {
    const answer = await queue(query);
    expect(failureOf(answer)).toMatchObject({ status: 400, details: [{ path }] });
  });
});
