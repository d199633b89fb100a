import { generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RemoteKeySet, type RemoteKeySetOptions } from '../../src/auth/remote-key-set.js';
import { keyPairIssuer, PEM, publicJwk } from '../support/issuer.js';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.js';
import { TestClock } from '../support/test-clock.js';

const COOLDOWN_MS = 10_000;
const RETRY_MS = 2000;
const REFRESH_AFTER_MS = 300_000;
const MAX_AGE_MS = 600_000;

const first = keyPairIssuer('ES256');
const second = keyPairIssuer('ES256');
const FIRST = { alg: 'ES256', kid: 'first' };
const SECOND = { alg: 'ES256', kid: 'second' };
const firstPem = first.keys?.publicKey.export(PEM);
const secondPem = second.keys?.publicKey.export(PEM);

const publishing =
  (...keys: unknown[]): RequestListener =>
  (_request, response) =>
    response.end(JSON.stringify({ keys }));
const publishingFirst = publishing(publicJwk(first, { kid: 'first' }));
const publishingBoth = publishing(publicJwk(first, { kid: 'first' }), publicJwk(second, { kid: 'second' }));

let jwks: LoopbackServer;
let clock: TestClock;
let warnings: unknown[];
beforeEach(async () => {
  jwks = await startLoopbackServer(publishingFirst);
  clock = new TestClock();
  warnings = [];
});
afterEach(() => jwks[Symbol.asyncDispose]());

function open(options: Partial<RemoteKeySetOptions> = {}): RemoteKeySet {
  const log = { info: () => {}, warn: (fields: object) => warnings.push(fields) };
  // A busy machine is no outage.
  return new RemoteKeySet(`${jwks.url}/jwks`, { clock, log, timeoutMs: 60_000, ...options });
}

/** How often the issuer has been asked. */
const asked = () => jwks.requests.length;

describe('the issuer is asked', () => {
  it('when the first key is needed, once for all who need one at that moment', async () => {
    const keys = open();
    expect(asked()).toBe(0);
    const pems = await Promise.all(Array.from({ length: 50 }, () => keys.keyFor(FIRST)));
    expect(new Set(pems)).toEqual(new Set([firstPem]));
    expect(asked()).toBe(1);
  });

  it('for a key that it has published since', async () => {
    const keys = open();
    await keys.keyFor(FIRST);
    jwks.handler = publishingBoth;
    clock.advance(COOLDOWN_MS);
    expect(await keys.keyFor(SECOND)).toBe(secondPem);
    expect(await keys.keyFor(FIRST)).toBe(firstPem);
    expect(asked()).toBe(2);
  });

  it('once in a cooldown, whatever flood of unknown kids there is', async () => {
    const keys = open();
    await keys.keyFor(FIRST);
    const flood = (name: string) =>
      Promise.allSettled(
        Array.from({ length: 200 }, (_, index) => keys.keyFor({ alg: 'ES256', kid: `${name}-${index}` })),
      );
    for (let wave = 0; wave < 5; wave++) {
      const outcomes = await flood(`wave-${wave}`);
      expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    }
    expect(asked()).toBe(1);
    clock.advance(COOLDOWN_MS - 1);
    await flood('a moment too early');
    expect(asked()).toBe(1);
    clock.advance(1);
    await flood('after the cooldown');
    await flood('again');
    expect(asked()).toBe(2);
  });

  it('in the background when the keys are getting old', async () => {
    const keys = open();
    const before = await keys.current();
    jwks.handler = publishingBoth;
    clock.advance(REFRESH_AFTER_MS - 1);
    expect(await keys.current()).toBe(before);
    expect(asked()).toBe(1);
    clock.advance(1);
    expect(await keys.current()).toBe(before);
    await vi.waitFor(async () => expect(await keys.current()).not.toBe(before), { timeout: 30_000 });
    expect(asked()).toBe(2);
  });

  it('before keys are used that are as old as they may get', async () => {
    const keys = open();
    expect(await keys.keyFor(FIRST)).toBe(firstPem);
    jwks.handler = publishing(publicJwk(second, { kid: 'second' }));
    clock.advance(MAX_AGE_MS);
    await expect(keys.keyFor(FIRST)).rejects.toThrow('no such key');
    expect(asked()).toBe(2);
  });

  it('also after the clock was set back', async () => {
    const keys = open();
    await keys.current();
    jwks.handler = publishingBoth;
    clock.advance(-24 * 3_600_000);
    expect(await keys.keyFor(SECOND)).toBe(secondPem);
  });

  it('and gives the same edition while the keys stay the same', async () => {
    const keys = open();
    const before = await keys.current();
    clock.advance(MAX_AGE_MS);
    expect(await keys.current()).toBe(before);
    expect(asked()).toBe(2);
  });
});

/** Answers that are no JWKS, and the word that the log has for each. */
const FAULTS: Record<string, [RequestListener, RegExp]> = {
  'a 500': [(_, response) => response.writeHead(500).end('{"keys":[]}'), /500/],
  'a 404': [(_, response) => response.writeHead(404).end(), /404/],
  'a 204': [(_, response) => response.writeHead(204).end(), /204/],
  'a redirect': [(_, response) => response.writeHead(302, { location: '/elsewhere' }).end(), /302/],
  'a permanent redirect': [(_, response) => response.writeHead(308, { location: '/elsewhere' }).end(), /308/],
  'a connection that breaks': [(request) => request.socket.destroy(), /fetch failed/],
  'half an answer': [
    (request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{"keys":[');
      setImmediate(() => request.socket.destroy());
    },
    /terminated/,
  ],
  'an answer without end': [
    (_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    },
    /more than 262144 bytes/,
  ],
  'an answer that unpacks to 50 MB': [
    (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000, 0x20))),
    /more than 262144 bytes/,
  ],
  'an empty answer': [(_, response) => response.end(), /JSON/],
  'a page': [(_, response) => response.end('<html>Sign in</html>'), /JSON/],
  'bytes that are not UTF-8': [
    (_, response) => response.end(Buffer.from('{"keys":[],"x":"\xff"}', 'latin1')),
    /encoded data/,
  ],
  null: [(_, response) => response.end('null'), /not a JWKS/],
  'an array': [(_, response) => response.end('[]'), /not a JWKS/],
  'a single key': [(_, response) => response.end(JSON.stringify(publicJwk(second))), /not a JWKS/],
  'keys that are no list': [(_, response) => response.end('{"keys":{"0":{}}}'), /not a JWKS/],
};

describe.each(Object.entries(FAULTS))('an issuer that answers with %s', (_name, [fault, reason]) => {
  it('is away: known keys stay good, and it is asked once in a cooldown', async () => {
    const keys = open();
    const before = await keys.current();
    jwks.handler = fault;
    clock.advance(MAX_AGE_MS);
    expect(await keys.keyFor(FIRST)).toBe(firstPem);
    expect(await keys.current()).toBe(before);
    await expect(keys.keyFor(SECOND)).rejects.toThrow('no such key');
    expect(jwks.requests).toEqual(['/jwks', '/jwks']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ keys: 1, err: { message: expect.stringMatching(reason) } });

    jwks.handler = publishingBoth;
    clock.advance(COOLDOWN_MS);
    expect(await keys.keyFor(SECOND)).toBe(secondPem);
  });

  it('gives no keys: 503 until it does', async () => {
    jwks.handler = fault;
    const keys = open();
    for (let use = 1; use <= 3; use++) {
      await expect(keys.keyFor(FIRST)).rejects.toMatchObject({ appCode: 'SERVICE_UNAVAILABLE' });
    }
    clock.advance(RETRY_MS - 1);
    await expect(keys.keyFor(FIRST)).rejects.toMatchObject({ appCode: 'SERVICE_UNAVAILABLE' });
    expect(jwks.requests).toEqual(['/jwks']);

    jwks.handler = publishingFirst;
    clock.advance(1);
    expect(await keys.keyFor(FIRST)).toBe(firstPem);
  });
});

describe.each<[string, RequestListener]>([
  ['nothing', () => {}],
  ['headers, then nothing', (_, response) => response.writeHead(200).flushHeaders()],
  ['a little, then nothing', (_, response) => response.writeHead(200).write('{"keys":[')],
])('an issuer that answers %s', (_name, fault) => {
  it('is away when its time is over', async () => {
    jwks.handler = fault;
    const keys = open({ timeoutMs: 50 });
    await expect(keys.keyFor(FIRST)).rejects.toMatchObject({
      appCode: 'SERVICE_UNAVAILABLE',
      cause: { name: 'TimeoutError' },
    });
  });
});

it('known keys stay good when an issuer does not answer in time', async () => {
  const keys = open({ timeoutMs: 5000 });
  await keys.current();
  jwks.handler = () => {};
  clock.advance(MAX_AGE_MS);
  expect(await keys.keyFor(FIRST)).toBe(firstPem);
  expect(warnings).toHaveLength(1);
});

it('nobody with a known key waits for an issuer that is away', async () => {
  // Whoever waited would do so for longer than a test may take.
  const keys = open({ timeoutMs: 3_600_000 });
  await keys.current();
  await jwks.close();
  clock.advance(MAX_AGE_MS);
  await keys.current();

  await jwks.listen();
  jwks.handler = () => {};
  clock.advance(COOLDOWN_MS);
  expect(await keys.keyFor(FIRST)).toBe(firstPem);
  await vi.waitFor(() => expect(asked()).toBe(2), { timeout: 30_000 });
  expect(await keys.keyFor(FIRST)).toBe(firstPem);
});

it('an outage that is over counts no more: keys are as old as they may get, and the issuer is asked first', async () => {
  const keys = open();
  await keys.current();
  await jwks.close();
  clock.advance(MAX_AGE_MS);
  await keys.current();
  await jwks.listen();
  clock.advance(COOLDOWN_MS);
  await expect(keys.keyFor(SECOND)).rejects.toThrow('no such key');
  expect(asked()).toBe(2);

  jwks.handler = publishing();
  clock.advance(MAX_AGE_MS);
  await expect(keys.keyFor(FIRST)).rejects.toThrow('no such key');
});

describe('of a JWKS', () => {
  const rsa = keyPairIssuer('RS256');
  const ed = keyPairIssuer('EdDSA');
  const rsaKey = publicJwk(rsa, { kid: 'k' });
  const weak = generateKeyPairSync('rsa', { modulusLength: 2047 }).publicKey.export({ format: 'jwk' });
  const jwkOf = (curve: string) => generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ format: 'jwk' });
  const ed448 = generateKeyPairSync('ed448').publicKey.export({ format: 'jwk' });
  const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  const withPrivatePart = { ...rsa.keys?.privateKey.export({ format: 'jwk' }), kid: 'k' };

  const unusable: [string, unknown][] = [
    ['a secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'k', alg: 'HS256' }],
    ['a secret that calls itself RS256', { kty: 'oct', k: 'c2VjcmV0', kid: 'k', alg: 'RS256' }],
    ['an RSA key of 2047 bits', { ...weak, kid: 'k', alg: 'RS256' }],
    ['a key for encryption', { ...rsaKey, use: 'enc' }],
    ['a key for another use', { ...rsaKey, use: ['sig'] }],
    ['a key for other operations', { ...rsaKey, use: undefined, key_ops: ['encrypt', 'wrapKey'] }],
    ['operations that are no list', { ...rsaKey, key_ops: 'verify' }],
    ['a key for PS256', { ...rsaKey, alg: 'PS256' }],
    ['a key for RS512', { ...rsaKey, alg: 'RS512' }],
    ['a key for HS256', { ...rsaKey, alg: 'HS256' }],
    ['a key with alg null', { ...rsaKey, alg: null }],
    ['a P-384 key', { ...jwkOf('P-384'), kid: 'k', alg: 'ES256' }],
    ['a secp256k1 key', { ...jwkOf('secp256k1'), kid: 'k', alg: 'ES256' }],
    ['an Ed448 key', { ...ed448, kid: 'k', alg: 'EdDSA' }],
    ['an X25519 key', { ...x25519, kid: 'k', alg: 'EdDSA' }],
    ['a private key', withPrivatePart],
    ['an RSA key without modulus', { ...rsaKey, n: undefined }],
    ['an EC point that is not on the curve', { ...publicJwk(first, { kid: 'k' }), x: publicJwk(second).x }],
    ['a key without kty', { ...rsaKey, kty: undefined }],
    ['a kid that is a number', { ...rsaKey, kid: 7 }],
    ['null', null],
    ['a text', 'k'],
    ['a list', [rsaKey]],
  ];

  it.each(unusable)('%s is passed over, and what is beside it works', async (_what, jwk) => {
    jwks.handler = publishing(jwk, publicJwk(first, { kid: 'first' }), publicJwk(ed, { kid: 'ed' }));
    const keys = open();
    expect((await keys.current()).size).toBe(2);
    for (const alg of ['HS256', 'RS256', 'ES256', 'EdDSA', 'PS256', 'RS512']) {
      await expect(keys.keyFor({ alg, kid: 'k' })).rejects.toThrow('no such key');
    }
    expect(await keys.keyFor(FIRST)).toBe(firstPem);
  });

  it('all keys may be gone: then nobody gets in, and that is no outage', async () => {
    const keys = open();
    await keys.keyFor(FIRST);
    jwks.handler = publishing();
    clock.advance(MAX_AGE_MS);
    await expect(keys.keyFor(FIRST)).rejects.toThrow('no such key');
    expect(warnings).toEqual([]);
  });

  it('two keys with one kid are told apart by their algorithms, or not at all', async () => {
    jwks.handler = publishing(
      publicJwk(first, { kid: 'k' }),
      rsaKey,
      publicJwk(first, { kid: 'twice' }),
      publicJwk(second, { kid: 'twice' }),
    );
    const keys = open();
    expect(await keys.keyFor({ alg: 'ES256', kid: 'k' })).toBe(firstPem);
    expect(await keys.keyFor({ alg: 'RS256', kid: 'k' })).toBe(rsa.keys?.publicKey.export(PEM));
    await expect(keys.keyFor({ alg: 'ES256', kid: 'twice' })).rejects.toThrow('several');
    await expect(keys.keyFor({ alg: 'ES256' })).rejects.toThrow('several');
    clock.advance(COOLDOWN_MS);
    await expect(keys.keyFor({ alg: 'ES256', kid: 'twice' })).rejects.toThrow('several');
    expect(asked()).toBe(1);
  });

  it('a key that was replaced under its kid is another key', async () => {
    const keys = open();
    const before = await keys.current();
    jwks.handler = publishing(publicJwk(second, { kid: 'first' }));
    clock.advance(MAX_AGE_MS);
    expect(await keys.keyFor(FIRST)).toBe(secondPem);
    expect(await keys.current()).not.toBe(before);
  });
});
