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

/** A client that sends so many requests at once; its connection and their answers, on the server's side. */
async function pipeline(count: number): Promise<{ client: Socket; socket: Socket; responses: ServerResponse[] }> {
  const responses: ServerResponse[] = [];
  const come = new Promise<void>((resolve) => {
    server.on('request', function note(_request, response) {
      if (responses.push(response) < count) return;
      server.off('request', note);
      resolve();
    });
  });
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await Promise.all([
    once(server, 'connection').then(([one]) => one),
    once(client, 'connect').then(() => client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count))),
    come,
  ])) as [Socket, unknown, unknown];
  return { client, socket, responses };
}

function expectWaiting(responses: ServerResponse[]): void {
  const waiting = [...openRequests].map(({ response }) => responses.indexOf(response));
  expect(waiting).toEqual([...responses.keys()]);
}

it('are known from when they come until their answers have ended, oldest first', async () => {
  const { responses } = await pipeline(3);
  expectWaiting(responses);
  for (const [index, response] of responses.entries()) {
    const closed = once(response, 'close');
    response.end('answered');
    await closed;
    expectWaiting(responses.slice(index + 1));
  }
  expect([openRequests.empty, emptied]).toEqual([true, 1]);
});

it('are forgotten, all that came at once, when their connection is gone', async () => {
  const stays = await pipeline(1);
  const { client, socket, responses } = await pipeline(3);
  expectWaiting([...stays.responses, ...responses]);
  client.destroy();
  await once(socket, 'close');
  expectWaiting(stays.responses);
  expect(emptied).toBe(0);
});

it('tell when an answer comes next on its connection', async () => {
  const { responses } = await pipeline(3);
  const [first, second, third] = responses as [ServerResponse, ServerResponse, ServerResponse];
  const order: string[] = [];
  const told = [
    openRequests.untilFirst(third).then(() => order.push('third')),
    openRequests.untilFirst(second).then(() => order.push('second')),
  ];
  await openRequests.untilFirst(first);
  expect(order).toEqual([]);
  for (const response of [first, second]) {
    const closed = once(response, 'close');
    response.end('answered');
    await closed;
  }
  await Promise.all(told);
  expect(order).toEqual(['second', 'third']);
});

it('keep nobody waiting for a place on a connection that is gone', async () => {
  const { client, responses } = await pipeline(3);
  const told = responses.map((response) => openRequests.untilFirst(response));
  client.destroy();
  await Promise.all(told);
  expect(openRequests.empty).toBe(true);
});
