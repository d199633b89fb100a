import { describe, expect, it } from 'vitest';
import { createSupportClient, supportError } from '../../src/client/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { holdWrites } from '../support/hold-writes.js';
import { openConnection } from '../support/raw-connection.js';
import { restClient } from '../support/rest-client.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

const PLACES = 20;
const PATIENT = {
  MAX_IN_FLIGHT: String(PLACES),
  // As long as a writer of the test's own holds the database, everything waits; nothing gives up.
  SQLITE_BUSY_TIMEOUT_MS: '600000',
  TRANSACTION_TIMEOUT_MS: '600000',
  REQUEST_TIMEOUT_MS: '600000',
};
const TICKET = { subject: 's', description: 'd', categoryId: 'category_001' };

/** Starts so many writes at once, each on a connection of its own, and sorts out how they end. */
function startWrites(server: TestApp, count: number) {
  const ended: number[] = [];
  const api = restClient(server.url, customerToken());
  const all = Promise.all(
    Array.from({ length: count }, async () => {
      const answer = await api.post('/support/tickets', TICKET);
      ended.push(answer.status);
      return answer;
    }),
  );
  return { ended, all };
}

describe('more writes than places', () => {
  it('are refused at once with 503 and Retry-After, while those within are served whole', async () => {
    await using server = await startApp({ env: { ...PATIENT, LOG_LEVEL: 'warn' } });
    const api = restClient(server.url, customerToken());
    const writes = startWrites(server, 200);
    {
      using _held = holdWrites(server.databaseUrl);
      // Nothing can be written yet: whoever has an answer was refused, and did not wait.
      await waitFor(() => writes.ended.length === 200 - PLACES);
      expect(new Set(writes.ended)).toEqual(new Set([503]));

      // Reads too: they would only make the queue longer.
      const refused = await api.get('/support/tickets');
      expect(refused).toMatchObject({ status: 503, body: { success: false, error: { code: 'SERVICE_UNAVAILABLE' } } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      // Busy is neither dead nor unready: a balancer must not take it away.
      expect((await api.get('/health/live')).status).toBe(200);
      expect((await api.get('/health/ready')).status).toBe(200);
    }
    const answers = await writes.all;
    const served = answers.filter(({ status }) => status === 200);
    expect(served).toHaveLength(PLACES);
    const stored = await server.db.reader.ticket.findMany({ select: { id: true } });
    expect(stored.map(({ id }) => id).sort()).toEqual(served.map(({ body }) => body.data.ticketId).sort());

    // And everything is as before.
    expect((await startWrites(server, PLACES).all).map(({ status }) => status)).toEqual(Array(PLACES).fill(200));

    // One line, not one for each.
    expect(server.logs).toMatchObject([{ level: 'warn', msg: 'overloaded: refusing requests', MAX_IN_FLIGHT: PLACES }]);
  });

  it('are refused before their bodies are read, and before their tokens are checked', async () => {
    await using server = await startApp({ env: PATIENT });
    const writes = startWrites(server, PLACES + 1);
    {
      using _held = holdWrites(server.databaseUrl);
      await waitFor(() => writes.ended.length === 1);
      using connection = await openConnection(server.url);
      connection.write('POST /support/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
      expect(await connection.receive(1)).toMatchObject([{ status: 503 }]);
    }
    await writes.all;
  });

  it('count one by one over tRPC, and get typed errors', async () => {
    await using server = await startApp({ env: PATIENT });
    const { support } = createSupportClient({ url: server.url, token: customerToken() });
    const code = (call: Promise<unknown>) =>
      call.then(
        () => 'served',
        (error) => supportError(error)?.code,
      );
    const writes = startWrites(server, PLACES - 5);
    let batch: Promise<unknown[]>;
    {
      using _held = holdWrites(server.databaseUrl);
      await waitFor(async () => (await server.app.inject('/health/live')).statusCode === 200);
      // One request. Five of its calls find a place.
      batch = Promise.all(Array.from({ length: 15 }, () => code(support.tickets.create.mutate(TICKET))));
      await waitFor(async () => (await code(support.categories.list.query())) === 'SERVICE_UNAVAILABLE');
    }
    expect((await batch).sort()).toEqual([...Array(10).fill('SERVICE_UNAVAILABLE'), ...Array(5).fill('served')]);
    await writes.all;
    expect(await server.db.reader.ticket.count()).toBe(PLACES);
  });

  it('that ran out of time hold their places until their work has ended', async () => {
    await using server = await startApp({ env: { ...PATIENT, REQUEST_TIMEOUT_MS: '500' } });
    const api = restClient(server.url, customerToken());
    {
      using _held = holdWrites(server.databaseUrl);
      const answers = await startWrites(server, PLACES).all;
      expect(answers.map(({ status }) => status)).toEqual(Array(PLACES).fill(503));
      // Their transactions still wait. Were their places free, others would queue up behind them without end.
      expect((await api.get('/support/categories')).status).toBe(503);
    }
    await waitFor(async () => (await api.get('/support/categories')).status === 200);
    // Whoever was told 503 finds nothing stored.
    expect(await server.db.reader.ticket.count()).toBe(0);
  });
});

describe('more requests than the process can begin', () => {
  it('are refused, those that came first are served whole, and all is as before afterwards', async () => {
    await using server = await startApp({ env: { MAX_IN_FLIGHT: '10', LOG_LEVEL: 'warn' } });
    const body = JSON.stringify(TICKET);
    const head = `Host: x\r\nAuthorization: Bearer ${customerToken()}\r\nContent-Type: application/json`;
    const write = `POST /support/tickets HTTP/1.1\r\n${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const live = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

    const connections = await Promise.all(Array.from({ length: 300 }, () => openConnection(server.url)));
    // An answer: the server has taken the connection up.
    for (const connection of connections) connection.write(live);
    for (const connection of connections) expect(await connection.receive(1)).toMatchObject([{ status: 200 }]);
    // It runs in this process: what is written in one go, it finds all together.
    for (const connection of connections) connection.write(write + live);
    const answers = await Promise.all(connections.map((connection) => connection.receive(3)));
    const count = (status: number) => answers.filter(([, written]) => written?.status === status).length;
    expect(count(200)).toBeGreaterThanOrEqual(10);
    expect(count(503)).toBeGreaterThan(0);
    expect(count(200) + count(503)).toBe(connections.length);
    expect(answers.flat().find(({ status }) => status === 503)).toMatchObject({
      headers: { 'retry-after': '2' },
      body: { error: { code: 'SERVICE_UNAVAILABLE' } },
    });
    expect(await server.db.reader.ticket.count()).toBe(count(200));
    expect(new Set(answers.map(([, , health]) => health?.status))).toEqual(new Set([200]));
    expect(server.logs).toMatchObject([{ msg: 'overloaded: refusing requests', MAX_IN_FLIGHT: 10 }]);

    const [first] = connections;
    first?.write(write);
    expect((await first?.receive(4))?.[3]).toMatchObject({ status: 200 });
    for (const connection of connections) connection[Symbol.dispose]();
  });
});
