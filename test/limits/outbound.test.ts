import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { AddressRules } from '../../src/outbound/address-rules.js';
import type { Resolve } from '../../src/outbound/filtered-lookup.js';
import { Outbound } from '../../src/outbound/post.js';

// What is sent to URLs that somebody else has given must not lead inside.

const PUBLIC = new AddressRules({ allowed: [], httpsOnly: false });
const LOOPBACK = new AddressRules({ allowed: ['127.0.0.0/8'], httpsOnly: false });
const MESSAGE = { headers: { 'content-type': 'application/json' }, body: '{}' };
const NEVER = new AbortController().signal;

async function listen(listener: RequestListener): Promise<{ port: number; url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/`, seen };
}

/** Answers each look-up with the next of these. */
function resolver(...answers: string[][]): Resolve {
  return (_hostname, _options, callback) => {
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

function outbound(options: ConstructorParameters<typeof Outbound>[0]) {
  const made = new Outbound(options);
  onTestFinished(() => made.close());
  return (url: string, signal = NEVER) => made.post(url, MESSAGE, signal);
}

it.each([
  '127.0.0.1',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  '198.18.0.1',
  '192.0.2.1',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a00:1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  'fe80::1',
  'fec0::1',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '2001:db8::1',
])('%s is not called, whether a URL has it or a name leads to it', async (address) => {
  expect(PUBLIC.allows(address, 'https:')).toBe(false);
  const host = address.includes(':') ? `[${address}]` : address;
  expect(PUBLIC.faultOf(new URL(`https://${host}/`))).toBe('Must not lead to an address that is not public');
  const post = outbound({ rules: PUBLIC, resolve: resolver([address]) });
  expect(await post(`http://${host}:9/`)).toMatchObject({ status: null, error: 'BLOCKED_ADDRESS' });
  expect(await post('http://receiver.example:9/')).toMatchObject({ status: null, error: 'BLOCKED_ADDRESS' });
});

it.each(['8.8.8.8', '::ffff:8.8.8.8', '2606:4700::1111'])('%s may be called', (address) => {
  expect(PUBLIC.allows(address, 'http:')).toBe(true);
});

it('a name that leads somewhere else the next time, or to several addresses, is looked at whenever it is called', async () => {
  const { port, seen } = await listen((_request, response) => response.end());
  const inside = new AddressRules({ allowed: ['127.0.0.1/32'], httpsOnly: false });
  const resolve = resolver(['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1', '127.0.0.2'], []);
  const post = outbound({ rules: inside, resolve });
  const url = (name: string) => `http://${name}.example:${port}/`;
  expect(await post(url('one'))).toMatchObject({ status: 200 });
  for (const name of ['two', 'three', 'four'])
    expect(await post(url(name))).toMatchObject({ error: 'BLOCKED_ADDRESS' });
  expect(seen).toHaveLength(1);
});

it('without TLS only what is allowed inside is called in production', async () => {
  const { url } = await listen((_request, response) => response.end());
  const rules = new AddressRules({ allowed: ['127.0.0.0/8'], httpsOnly: true });
  expect(await outbound({ rules })(url)).toMatchObject({ status: 200 });
  const resolve = resolver(['8.8.8.8']);
  expect(await outbound({ rules, resolve })('http://receiver.example/')).toMatchObject({ error: 'BLOCKED_ADDRESS' });
});

it('follows no redirect', async () => {
  const inside = await listen((_request, response) => response.end());
  const { url } = await listen((_request, response) =>
    response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end(),
  );
  const redirecting = await listen((_request, response) => response.writeHead(302, { location: inside.url }).end());
  const post = outbound({ rules: LOOPBACK });
  expect(await post(url)).toMatchObject({ status: 307 });
  expect(await post(redirecting.url)).toMatchObject({ status: 302 });
  expect(inside.seen).toEqual([]);
});

it('a receiver that is silent, before or within its answer, has its time and no more', async () => {
  const silent = await listen(() => {});
  const halting = await listen((_request, response) => void response.writeHead(200).write('some'));
  const post = outbound({ rules: LOOPBACK, timeoutMs: 200 });
  expect(await post(silent.url)).toMatchObject({ status: null, error: 'TIMEOUT' });
  // Its status has come.
  expect(await post(halting.url)).toMatchObject({ status: 200, text: 'some' });
});

it('a name that is never found has the same time', async () => {
  const post = outbound({ rules: PUBLIC, timeoutMs: 100, resolve: () => {} });
  expect(await post('http://receiver.example/')).toMatchObject({ error: 'TIMEOUT' });
});

it('an answer without an end is cut', async () => {
  let isClosed = false;
  const { url } = await listen((_request, response) => {
    response.on('close', () => {
      isClosed = true;
    });
    response.writeHead(200);
    const go = () => {
      while (!isClosed && response.write('x'.repeat(16_384)));
      if (!isClosed) response.once('drain', go);
    };
    go();
  });
  const answer = await outbound({ rules: LOOPBACK })(url);
  expect(answer?.status).toBe(200);
  expect(answer?.text.length).toBeLessThanOrEqual(64 * 1024 + 65_536);
  await expect.poll(() => isClosed).toBe(true);
});

it('a connection that is lost, one that is refused, and an answer that is none have their codes', async () => {
  const cutting = await listen((request) => request.socket.destroy());
  const talking = await listen((request) => request.socket.end('no HTTP at all\r\n\r\n'));
  const post = outbound({ rules: LOOPBACK });
  expect(await post(cutting.url)).toMatchObject({ error: 'ECONNRESET' });
  expect(await post(talking.url)).toMatchObject({ error: 'HPE_INVALID_CONSTANT' });
  expect(await post('http://127.0.0.1:1/')).toMatchObject({ error: 'ECONNREFUSED' });
});

it('a connection that was kept, and closed by the receiver, is no failure', async () => {
  const { url, seen } = await listen((request, response) => {
    response.end('ok', () => setImmediate(() => request.socket.destroy()));
  });
  const post = outbound({ rules: LOOPBACK });
  for (let time = 0; time < 20; time += 1) expect(await post(url)).toMatchObject({ status: 200 });
  expect(seen.length).toBeGreaterThanOrEqual(20);
});

it('what nobody wants any more ends', async () => {
  const { url } = await listen(() => {});
  const stopping = new AbortController();
  const answer = outbound({ rules: LOOPBACK })(url, stopping.signal);
  stopping.abort();
  expect(await answer).toBeUndefined();
});
