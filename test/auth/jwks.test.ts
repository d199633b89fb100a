import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type Issuer, keyPairIssuer, publicJwk } from '../support/issuer.js';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.js';
import { SURFACES } from '../support/surfaces.js';
import { TestClock } from '../support/test-clock.js';

const signatureChecks = await vi.hoisted(async () => (await import('../support/signature-checks.js')).signatureChecks);

const COOLDOWN_MS = 10_000;
const MAX_AGE_MS = 600_000;

const first = keyPairIssuer('RS256');
const second = keyPairIssuer('RS256');
const tokenOf = (issuer: Issuer, kid: string) => issuer.token({ sub: 'user_123' }, { alg: 'RS256', kid });
const firstToken = tokenOf(first, 'first');
const secondToken = tokenOf(second, 'second');

let jwks: LoopbackServer;
let server: TestApp;
let clock: TestClock;
beforeEach(async () => {
  jwks = await startLoopbackServer();
  clock = new TestClock();
  publish({ first });
  server = await startApp({ env: { JWT_JWKS_URL: `${jwks.url}/jwks` }, clock });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await jwks[Symbol.asyncDispose]();
});

function publish(issuers: Record<string, Issuer>): void {
  const keys = Object.entries(issuers).map(([kid, issuer]) => publicJwk(issuer, { kid }));
  jwks.handler = (_request, response) => response.end(JSON.stringify({ keys }));
}

describe.each(SURFACES)('over %s', (_name, open) => {
  const outcome = (token?: string) => open(server.url, token).categories();

  it('a token stops working when its key is withdrawn, though it was verified before', async () => {
    expect(await outcome(firstToken)).toMatchObject({ status: 200 });
    signatureChecks.count = 0;
    expect(await outcome(firstToken)).toMatchObject({ status: 200 });
    expect(signatureChecks.count).toBe(0);

    publish({ second });
    clock.advance(MAX_AGE_MS);
    expect(await outcome(firstToken)).toMatchObject({ status: 401 });
    expect(await outcome(secondToken)).toMatchObject({ status: 200 });
    expect(await outcome(firstToken)).toMatchObject({ status: 401 });
  });

  it('a token stops working when its key is replaced under the same kid', async () => {
    expect(await outcome(firstToken)).toMatchObject({ status: 200 });
    publish({ first: second });
    clock.advance(MAX_AGE_MS);
    expect(await outcome(firstToken)).toMatchObject({ status: 401 });
    expect(await outcome(tokenOf(second, 'first'))).toMatchObject({ status: 200 });
  });

  it('a key that stays is worth no second look while others come and go, but for one after each change', async () => {
    expect(await outcome(firstToken)).toMatchObject({ status: 200 });
    publish({ first, second });
    clock.advance(COOLDOWN_MS);
    expect(await outcome(secondToken)).toMatchObject({ status: 200 });
    signatureChecks.count = 0;
    for (let use = 1; use <= 5; use++) expect(await outcome(firstToken)).toMatchObject({ status: 200 });
    expect(signatureChecks.count).toBe(1);
  });

  it('without keys since the start a token that could be good is 503, and anything else 401 without a question', async () => {
    jwks.handler = (_request, response) => response.writeHead(500).end();
    const none = tokenOf(first, 'first').replace(/^[^.]+/, Buffer.from('{"alg":"none"}').toString('base64url'));
    for (const token of [undefined, 'x.y.z', none, `${firstToken}.`]) {
      const refused = await outcome(token);
      expect(refused).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="support-api"');
    }
    expect(jwks.requests).toEqual([]);

    const unknown = await outcome(firstToken);
    expect(unknown).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(unknown.headers.get('retry-after')).toBe('2');
    expect(jwks.requests).toEqual(['/jwks']);

    publish({ first });
    clock.advance(COOLDOWN_MS);
    expect(await outcome(firstToken)).toMatchObject({ status: 200 });
  });

  it('a flood of new tokens and users costs the issuer one question', async () => {
    const tokens = Array.from({ length: 100 }, (_, index) =>
      first.token({ sub: `user_${index}` }, { alg: 'RS256', kid: 'first' }),
    );
    const outcomes = await Promise.all(tokens.map(outcome));
    expect(outcomes.every(({ status }) => status === 200)).toBe(true);
    expect(jwks.requests).toEqual(['/jwks']);
  });
});
