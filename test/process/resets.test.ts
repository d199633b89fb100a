import { expect, it } from 'vitest';
import { connectTo } from '../support/raw-request.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { TEST_SECRET } from '../support/tokens.js';

const BARE = [
  'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\nCONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'hello\r\n\r\n',
];

/** Sends bytes, and resets the connection when they have left. */
function reset(url: string, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTo(url);
    socket.on('error', () => {});
    socket.once('close', () => resolve());
    socket.write(bytes, () => socket.resetAndDestroy());
  });
}

// One packet without a token ended the process: uncaughtException, exit code 1.
it('lives on when clients reset connections that Node hands out without a listener', async () => {
  await using server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
  for (const bytes of BARE) for (let count = 0; count < 25; count++) await reset(server.url, bytes);
  expect((await restClient(server.url).get('/health/ready')).status).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(server.stdout.filter((line) => line.includes('"level":"fatal"'))).toEqual([]);
  expect(server.stderr).toEqual([]);
});
