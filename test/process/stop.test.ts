import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { basename, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { blockNewTickets } from '../support/blocked-writes.js';
import { createMigratedDatabase, createTestDatabase } from '../support/databases.js';
import { filesBelow } from '../support/files.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { temporaryFolder } from '../support/project.js';
import { openConnection, type RawAnswer } from '../support/raw-connection.js';
import { readBack } from '../support/read-back.js';
import { restClient } from '../support/rest-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { customerToken } from '../support/tokens.js';

const ENGINES = ['sqlite', 'postgresql'] as const;
const STOP_AFTER = 60;
const PATIENCE = { timeout: 30_000, interval: 20 };
const TICKET = { subject: 's', description: 'd', categoryId: 'category_001' };

/** Resolves when the server has said so in its log. */
function said(server: RunningServer, text: string): Promise<void> {
  return vi.waitFor(() => expect(server.stdout.some((line) => line.includes(text))).toBe(true), PATIENCE);
}

/** Whatever was sent before is with the server after these: it has answered later ones, one after another. */
async function roundTrips(server: RunningServer): Promise<void> {
  for (let n = 0; n < 5; n += 1) await restClient(server.url).get('/health/live');
}

describe.each([
  ['SIGTERM', 'sqlite'],
  ['SIGTERM', 'postgresql'],
  ['SIGINT', 'sqlite'],
] as const)('%s under load on %s', (signal, engine) => {
  it('answers whole what is under way, refuses the rest, loses nothing, and leaves with 0', async ({ annotate }) => {
    await using database = await createTestDatabase(engine);
    const env = { ...LOAD_ENV, DATABASE_URL: database.url };
    const server = await startServer({ env });
    const load = startLoad([server.url]);
    await load.until((ledger) => ledger.count('acknowledged') >= STOP_AFTER);
    expect(await server.stop(signal)).toBe(0);
    const ledger = await load.stop();
    expect(ledger.faults).toEqual([]);

    await using after = await startServer({ env });
    // Whoever got no answer was never heard: the connection was closed before, or refused.
    const { checked, contradictions } = await readBack(after.url, ledger, { unansweredIsRefused: true });
    expect(contradictions).toEqual([]);
    await annotate(`${checked} acknowledged writes found, ${ledger.count('refused')} refused`);
  });
});

describe.each(ENGINES)('what is under way at SIGTERM on %s', (engine) => {
  it('is answered whole, a tRPC batch too; more signals change nothing', async () => {
    await using database = await createMigratedDatabase(engine);
    await using server = await startServer({ env: { ...LOAD_ENV, DATABASE_URL: database.url } });
    const unblock = await blockNewTickets(database.url);
    const { support } = createSupportClient({ url: server.url, token: customerToken('user_batch') });
    const answers = Promise.allSettled([
      restClient(server.url, customerToken('user_rest')).post('/support/tickets', TICKET),
      ...Array.from({ length: 5 }, () => support.tickets.create.mutate(TICKET)),
    ]);
    await roundTrips(server);

    const stopped = server.stop('SIGTERM');
    await said(server, '"stopping"');
    server.signal('SIGTERM');
    server.signal('SIGINT');
    await vi.waitFor(() => expect(restClient(server.url).get('/health/live')).rejects.toThrow(), PATIENCE);
    await unblock();

    const [rest, ...batch] = await answers;
    expect(rest).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
    for (const one of batch) expect(one).toMatchObject({ status: 'fulfilled', value: { status: 'Open' } });
    expect(await stopped).toBe(0);
    expect(server.stdout.at(-1)).toContain('"stopped"');

    await using after = await startServer({ env: { ...LOAD_ENV, DATABASE_URL: database.url } });
    const list = async (user: string) =>
      (await restClient(after.url, customerToken(user)).get('/support/tickets')).body;
    expect((await list('user_batch')).data).toHaveLength(5);
    expect((await list('user_rest')).data).toHaveLength(1);
  });

  it('is left behind when it outlasts the grace time: exit code 1, and nothing is stored', async () => {
    await using database = await createMigratedDatabase(engine);
    const env = { ...LOAD_ENV, DATABASE_URL: database.url };
    await using server = await startServer({ env: { ...env, SHUTDOWN_TIMEOUT_MS: '500' } });
    const unblock = await blockNewTickets(database.url);
    const token = customerToken('user_123');
    const answer = restClient(server.url, token)
      .post('/support/tickets', TICKET)
      .catch(() => 'none');
    await roundTrips(server);
    expect(await server.stop('SIGTERM')).toBe(1);
    // PostgreSQL is told to end what is under way: a refusal may still reach the client before we have left.
    const refusal = expect.objectContaining({ status: 503 });
    expect(['none', refusal]).toContainEqual(await answer);
    expect(server.stdout.some((line) => line.includes('after the grace time'))).toBe(true);
    await unblock();

    await using after = await startServer({ env });
    expect((await restClient(after.url, token).get('/support/tickets')).body.data).toEqual([]);
  });
});

describe('connections that hold nothing up', () => {
  const AUTHORIZATION = `Authorization: Bearer ${customerToken()}`;
  const openings: [string, (server: RunningServer, socket: Socket) => Promise<void>, env?: Record<string, string>][] = [
    ['on which nothing ever came', async () => {}],
    [
      'kept alive and idle',
      async (_server, socket) => {
        socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
        await once(socket, 'data');
      },
    ],
    ['with half of the headers', async (_server, socket) => void socket.write('GET /health/live HTTP/1.1\r\nHost: a')],
    [
      'with half of a body',
      async (_server, socket) => {
        socket.write(
          `POST /support/tickets HTTP/1.1\r\nHost: a\r\n${AUTHORIZATION}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
        );
      },
      // It is waited for that long.
      { REQUEST_TIMEOUT_MS: '3000' },
    ],
    [
      'whose reader has stopped in the middle of an answer',
      async (server, socket) => {
        const api = restClient(server.url, customerToken());
        const { ticketId } = (await api.post('/support/tickets', TICKET)).body.data;
        for (let n = 0; n < 30; n += 1) {
          await api.post(`/support/tickets/${ticketId}/messages`, { message: '🧾'.repeat(10_000) });
        }
        // 20 times 1.2 MB: more than the system buffers of both ends hold.
        const paths = Array.from({ length: 20 }, () => 'support.tickets.get').join(',');
        const input = encodeURIComponent(
          JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [n, { ticketId }]))),
        );
        socket.write(`GET /trpc/${paths}?batch=1&input=${input} HTTP/1.1\r\nHost: a\r\n${AUTHORIZATION}\r\n\r\n`);
        const [chunk] = await once(socket, 'data');
        expect(String(chunk)).toMatch(/^HTTP\/1\.1 200/);
        socket.pause();
      },
      // 80 long pieces with a rest after each: on a slow machine they take seconds.
      { REQUEST_TIMEOUT_MS: '60000' },
    ],
  ];

  it.each(openings)('one %s: exit code 0', async (_what, begin, env = {}) => {
    await using server = await startServer({ env: { ...LOAD_ENV, ...env } });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    await once(socket, 'connect');
    await begin(server, socket);
    await roundTrips(server);
    expect(await server.stop('SIGTERM')).toBe(0);
    socket.destroy();
  });
});

describe('uploads at SIGTERM', () => {
  const LENGTH = 100_000;
  const open = async (url: string, user: string, body: string) => {
    const connection = await openConnection(url);
    connection.write(
      `POST /support/files?name=a.txt HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${customerToken(user)}\r\nContent-Length: ${LENGTH}\r\n\r\n${body}`,
    );
    return connection;
  };

  /** Resolves when so many are being received, with all that has been sent of them: what comes is not written at once. */
  const allBegun = async (server: RunningServer, folder: string, count: number) => {
    await vi.waitFor(() => expect(filesBelow(join(folder, 'files'))).toHaveLength(count), PATIENCE);
    await roundTrips(server);
  };

  it('with long to go end at once, one that is nearly whole is taken, and nothing is left behind', async () => {
    using folder = temporaryFolder();
    const env = { ...LOAD_ENV, DATABASE_URL: `file:${folder.path}/support.db`, FILES_FOLDER: `${folder.path}/files` };
    await using server = await startServer({ env });
    using begun = await open(server.url, 'user_who_begins', 'x');
    using unsent = await open(server.url, 'user_who_waits', '');
    using nearly = await open(server.url, 'user_who_ends', 'x'.repeat(LENGTH - 10));
    await allBegun(server, folder.path, 3);

    const stopped = server.stop('SIGTERM');
    for (const one of [begun, unsent]) {
      expect(await one.receive(1)).toMatchObject([
        {
          status: 503,
          headers: { connection: 'close', 'retry-after': expect.stringMatching(/^\d+$/) },
          body: { error: { code: 'SERVICE_UNAVAILABLE', message: 'The service stops: send the file again' } },
        },
      ]);
    }
    nearly.write('x'.repeat(10));
    const [{ body }] = (await nearly.receive(1)) as [RawAnswer];
    expect(body).toMatchObject({ success: true, data: { size: LENGTH } });
    expect(await stopped).toBe(0);
    expect(filesBelow(join(folder.path, 'files')).map((path) => basename(path))).toEqual([body.data.fileId]);
  });

  it('that seemed to be nearly whole, and come no further, don’t hold it up', async () => {
    using folder = temporaryFolder();
    const env = { ...LOAD_ENV, FILES_FOLDER: `${folder.path}/files`, SHUTDOWN_TIMEOUT_MS: '8000' };
    await using server = await startServer({ env });
    using nearly = await open(server.url, 'user_who_halts', 'x'.repeat(LENGTH - 10));
    await allBegun(server, folder.path, 1);
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(nearly.answers()).toMatchObject([{ status: 503 }]);
    expect(filesBelow(join(folder.path, 'files'))).toEqual([]);
  });
});

describe('a slow download at SIGTERM', () => {
  // More than the system buffers of both ends hold.
  const SIZE = 40 * 2 ** 20;

  it('is cut off within the grace time, exit code 0, and its rest is there for whoever asks for it', async () => {
    using folder = temporaryFolder();
    const env = {
      ...LOAD_ENV,
      DATABASE_URL: `file:${folder.path}/support.db`,
      FILES_FOLDER: `${folder.path}/files`,
      FILE_MAX_BYTES: String(SIZE),
      SHUTDOWN_TIMEOUT_MS: '4000',
    };
    await using server = await startServer({ env });
    const sent = Buffer.alloc(SIZE, 'Each line of it is like the one before.\n');
    const token = customerToken();
    const headers = { authorization: `Bearer ${token}` };
    const uploaded = await fetch(`${server.url}/support/files?name=a.txt`, { method: 'POST', headers, body: sent });
    const { fileId } = ((await uploaded.json()) as { data: { fileId: string } }).data;
    const link: string = (await restClient(server.url, token).get(`/support/files/${fileId}`)).body.data.url;

    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(server.url + link, resolve).once('error', reject);
    });
    const pieces: Buffer[] = [];
    let stop: Promise<number | null> | undefined;
    const whole = await new Promise<boolean>((resolve) => {
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        stop ??= server.stop('SIGTERM');
        // Takes some of it each time, and would need many times the grace time for all.
        response.pause();
        setTimeout(() => response.resume(), 50);
      });
      response.on('close', () => resolve(response.complete)).on('error', () => {});
    });
    expect(whole).toBe(false);
    expect(await stop).toBe(0);

    const first = Buffer.concat(pieces);
    await using after = await startServer({ env });
    const rest = await fetch(after.url + link, {
      headers: { range: `bytes=${first.length}-`, 'if-range': String(response.headers.etag) },
    });
    expect(rest.status).toBe(206);
    expect(Buffer.concat([first, Buffer.from(await rest.arrayBuffer())]).equals(sent)).toBe(true);
  });
});
