import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { holdWrites } from '../support/hold-writes.js';
import { openConnection, type RawConnection } from '../support/raw-connection.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { customerToken, TEST_SECRET } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

// The machine may be slow: nothing may refuse anybody but MAX_IN_FLIGHT.
const PATIENT = {
  JWT_SECRET: TEST_SECRET,
  REQUEST_TIMEOUT_MS: '600000',
  TRANSACTION_TIMEOUT_MS: '600000',
  SQLITE_BUSY_TIMEOUT_MS: '600000',
  POOL_CONNECT_TIMEOUT_MS: '600000',
};
const BODY = JSON.stringify({ subject: 's', description: 'd', categoryId: 'category_001' });
const create = (userId: string) =>
  `POST /support/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${customerToken(userId)}\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const POST = create('user_123');

const connect = (url: string, count: number) => Promise.all(Array.from({ length: count }, () => openConnection(url)));
function disposeOf(connections: RawConnection[]): void {
  for (const connection of connections) connection[Symbol.dispose]();
}

/** What a process holds in memory, in MB. */
const residentMemory = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;

const USERS = 8;

describe.each(['sqlite', 'postgresql'] as const)('a burst of 256 connections on %s', (engine) => {
  it('is served whole, with the places that there are by default', async () => {
    await using database = await createMigratedDatabase(engine);
    await using server = await startServer({ env: { ...PATIENT, DATABASE_URL: database.url } });
    const connections = await connect(server.url, 256);
    // One user alone would have a quarter of the places.
    for (const [index, connection] of connections.entries()) connection.write(create(`user_${index % USERS}`));
    const answers = await Promise.all(connections.map(async (connection) => (await connection.receive(1))[0]));
    expect(answers.filter((answer) => answer?.status !== 200)).toEqual([]);
    disposeOf(connections);
    for (let user = 0; user < USERS; user += 1) {
      const { headers } = await restClient(server.url, customerToken(`user_${user}`)).get('/support/tickets');
      expect(headers.get('x-total-count')).toBe(String(256 / USERS));
    }
  });
});

describe('far more than can be served', () => {
  const PLACES = 20;
  const CLIENTS = 100;
  const EACH = 200;
  /** It takes about 70 MB while so many are refused, and would take 500 MB if they all waited. */
  const MEMORY_MB = 200;

  it('is refused without taking memory for it, and whoever was let in is served', async () => {
    await using database = await createMigratedDatabase('sqlite');
    const env = { ...PATIENT, DATABASE_URL: database.url, MAX_IN_FLIGHT: String(PLACES) };
    await using server = await startServer({ env });
    const api = restClient(server.url, customerToken());
    // What a first request takes once is not what we look for.
    expect((await api.get('/support/tickets')).status).toBe(200);

    const connections = await connect(server.url, CLIENTS);
    const before = residentMemory(server.pid);
    {
      using _held = holdWrites(database.url);
      for (const connection of connections) connection.write(POST.repeat(EACH));
      await waitFor(async () => (await api.get('/support/tickets')).status === 503);
      // On connections where nothing waits, the refusals are here before anything has been written.
      await waitFor(
        () => connections.filter((connection) => connection.answers().length === EACH).length >= CLIENTS - PLACES,
      );
      expect(residentMemory(server.pid) - before).toBeLessThan(MEMORY_MB);
    }
    const answers = (await Promise.all(connections.map((connection) => connection.receive(EACH)))).flat();
    expect(residentMemory(server.pid) - before).toBeLessThan(MEMORY_MB);
    disposeOf(connections);
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect(count(200) + count(503)).toBe(CLIENTS * EACH);
    expect(count(200)).toBeGreaterThanOrEqual(PLACES);

    const after = await api.get('/support/tickets');
    expect(after.status).toBe(200);
    expect(after.headers.get('x-total-count')).toBe(String(count(200)));
  });
});
