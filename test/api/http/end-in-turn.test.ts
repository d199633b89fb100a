import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { endInTurn } from '../../../src/http/limits/end-in-turn.js';
import { connectTo } from '../../support/raw-request.js';

async function startServer(): Promise<{ server: Server; connect(): Promise<{ client: Socket; peer: Socket }> }> {
  const server = createServer((_request, response) => void response.end());
  endInTurn(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    server,
    async connect() {
      const accepted = once(server, 'connection');
      const client = connectTo(url);
      const [peer] = (await accepted) as [Socket];
      return { client, peer };
    },
  };
}

async function several<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) made.push(await make());
  return made;
}

it('connections that end together are closed a few at a time, and others come between', async () => {
  const { connect } = await startServer();
  const all = await several(25, connect);
  const ended = () => all.filter(({ peer }) => peer.writableEnded).length;
  for (const { peer } of all) peer.emit('end');
  for (const count of [10, 20, 25]) {
    expect(ended()).toBe(count);
    await nextIteration();
  }
  for (const { client } of all) client.destroy();
});

it('a connection that is gone before its turn is left alone: its parser is of another one by then', async () => {
  const { connect } = await startServer();
  const before = await several(10, connect);
  const { client, peer } = await connect();
  const end = vi.spyOn(peer, 'end');
  for (const { peer: earlier } of before) earlier.emit('end');
  peer.emit('end');
  peer.destroy();
  await once(client.resume(), 'close');
  await nextIteration();
  expect(end).not.toHaveBeenCalled();
  for (const { client: earlier } of before) earlier.destroy();
});

it('nothing of it is left on a connection that the HTTP server hands out', async () => {
  const { server, connect } = await startServer();
  const { client } = await connect();
  const handedOut = once(server, 'connect');
  client.write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n');
  const [, socket] = (await handedOut) as [unknown, Socket];
  expect(socket.listenerCount('end')).toBe(1);
  socket.destroy();
  await once(client.resume(), 'close');
});
