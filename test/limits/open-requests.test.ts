import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OpenRequests } from '../../src/http/lifecycle/open-requests.js';

let server: Server;
let openRequests: OpenRequests;
let emptied = 0;

beforeEach(async () => {
  openRequests = new OpenRequests();
  emptied = 0;
  openRequests.onEmpty = () => {
    emptied += 1;
  };
  server = createServer();
  openRequests.watch(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Clients that send a request each, one after another; their connections, and the answers on the server's side. */
async function send(count: number): Promise<{ clients: Socket[]; responses: ServerResponse[] }> {
  const clients: Socket[] = [];
  const responses: ServerResponse[] = [];
  for (let n = 0; n < count; n += 1) {
    const come = once(server, 'request');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    clients.push(client);
    const [, response] = (await come) as [unknown, ServerResponse];
    responses.push(response);
  }
  return { clients, responses };
}

function expectWaiting(responses: ServerResponse[]): void {
  const waiting = [...openRequests].map(({ response }) => responses.indexOf(response));
  expect(waiting).toEqual([...responses.keys()]);
}

it('are known from when they come until their answers have ended, oldest first', async () => {
  const { responses } = await send(3);
  expectWaiting(responses);
  for (const [index, response] of responses.entries()) {
    const closed = once(response, 'close');
    response.end('answered');
    await closed;
    expectWaiting(responses.slice(index + 1));
  }
  expect([openRequests.empty, emptied]).toEqual([true, 1]);
});

it('are forgotten when their connection is gone', async () => {
  const { clients, responses } = await send(3);
  const [first, second, third] = responses as [ServerResponse, ServerResponse, ServerResponse];
  expect(openRequests.on(second.req.socket)?.response).toBe(second);
  const closed = once(second, 'close');
  clients[1]?.destroy();
  await closed;
  expectWaiting([first, third]);
  expect(openRequests.on(second.req.socket)).toBe(undefined);
  expect(emptied).toBe(0);
});

it('tell when one is gone, at once where that is so by now', async () => {
  const { responses } = await send(1);
  const [response] = responses as [ServerResponse];
  const told: string[] = [];
  openRequests.onceGone(response, () => told.push('first'));
  openRequests.onceGone(response, () => told.push('second'));
  expect(told).toEqual([]);
  const closed = once(response, 'close');
  response.end('answered');
  await closed;
  openRequests.onceGone(response, () => told.push('late'));
  expect(told).toEqual(['first', 'second', 'late']);
});
