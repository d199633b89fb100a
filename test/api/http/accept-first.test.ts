import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { acceptFirst } from '../../../src/http/limits/accept-first.js';
import { connectTo } from '../../support/raw-request.js';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const CONNECTIONS = 60;

it('connections that come at once are accepted before requests on them are read', async () => {
  const seen: ('connection' | 'request')[] = [];
  const server = createServer((_request, response) => {
    seen.push('request');
    response.end();
  });
  server.on('connection', () => void seen.push('connection'));
  acceptFirst(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ends = Array.from({ length: CONNECTIONS }, async () => {
    const socket = connectTo(url);
    socket.resume().write(REQUEST);
    await once(socket, 'end');
  });
  await Promise.all(ends);
  expect(seen.filter((what) => what === 'connection')).toHaveLength(CONNECTIONS);
  expect(seen.filter((what) => what === 'request')).toHaveLength(CONNECTIONS);
  // Where each is read as it is accepted, the first request comes behind one or two.
  expect(seen.indexOf('request')).toBeGreaterThanOrEqual(15);
});
