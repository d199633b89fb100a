import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type ExactAnswer, type ExactRequest, exactRequest } from '../support/exact-request.js';
import { type Issuer, keyPairIssuer, publicJwk, secretIssuer } from '../support/issuer.js';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.js';
import { forgedAlgorithms } from './forgeries/algorithms.js';
import { type Carrier, wrongCarriers } from './forgeries/carriers.js';
import { badClaims } from './forgeries/claims.js';
import { hostileHeaders } from './forgeries/headers.js';
import { badShapes } from './forgeries/shapes.js';
import { forgedSignatures } from './forgeries/signatures.js';
import { FORGER, type Forgery, goodToken, type World } from './forgeries/world.js';

const signatureChecks = await vi.hoisted(async () => (await import('../support/signature-checks.js')).signatureChecks);

// A whole second: an `exp` can be exactly now.
const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);
const ISS = 'https://id.example.com/';
const AUD = 'support';
const KID = 'trusted-key';
const TICKET = { subject: 'Forged', description: 'By nobody', categoryId: 'category_001' };

/** Every way in. A write among them, so that a refusal can be seen to have written nothing. */
const DOORS: Record<string, ExactRequest> = {
  'REST query': { path: '/support/tickets' },
  'REST mutation': { method: 'POST', path: '/support/tickets', body: TICKET },
  'tRPC query': { path: '/trpc/support.tickets.list' },
  'tRPC batch': {
    method: 'POST',
    path: '/trpc/support.tickets.create,support.tickets.create?batch=1',
    body: { 0: TICKET, 1: TICKET },
  },
};

const trusted: Record<string, Issuer> = {
  'HS256 secret': secretIssuer('a-secret-for-tests-of-32-bytes-or-more'),
  'RS256 PEM': keyPairIssuer('RS256'),
  'ES256 PEM': keyPairIssuer('ES256'),
  'EdDSA PEM': keyPairIssuer('EdDSA'),
  JWKS: keyPairIssuer('RS256'),
};
/** The keys in the same JWKS that sign for somebody else. */
const NEIGHBOURS = [keyPairIssuer('ES256'), keyPairIssuer('EdDSA')];

/** Where a server would ask that believes a URL in a token. */
const trap = await startLoopbackServer();
afterAll(() => trap[Symbol.asyncDispose]());

function worldOf(name: string, issuer: Issuer): World {
  const header = { alg: issuer.algorithm, typ: 'JWT', ...(name === 'JWKS' && { kid: KID }) };
  const now = Math.floor(NOW.getTime() / 1000);
  const claims = { sub: 'user_123', iss: ISS, aud: AUD, exp: now + 3600 };
  return { trusted: issuer, header, claims, now, forger: FORGER, trapUrl: trap.url };
}

describe.each(Object.entries(trusted))('a server with %s', (name, issuer) => {
  const world = worldOf(name, issuer);
  const forgeries: Forgery[] = [forgedAlgorithms, forgedSignatures, badClaims, hostileHeaders, badShapes].flatMap(
    (list) => list(world),
  );
  let jwks: LoopbackServer;
  let server: TestApp;
  /** What each door answers to somebody without any token: nobody is told more. */
  let refusals: Record<string, ExactAnswer>;

  beforeAll(async () => {
    jwks = await startLoopbackServer((_request, response) => {
      const neighbours = NEIGHBOURS.map((neighbour) => publicJwk(neighbour, { kid: neighbour.algorithm }));
      response.end(JSON.stringify({ keys: [...neighbours, publicJwk(issuer, { kid: KID })] }));
    });
    const keys = name === 'JWKS' ? { JWT_JWKS_URL: `${jwks.url}/jwks` } : issuer.env;
    // Time stands still: no second question to the issuer falls due.
    server = await startApp({ env: { ...keys, JWT_ISSUER: ISS, JWT_AUDIENCE: AUD }, clock: { now: () => NOW } });
    refusals = {};
    for (const [door, request] of Object.entries(DOORS)) refusals[door] = await exactRequest(server.url, request);
    // From here on the server knows the token that the forgeries are made of.
    await exactRequest(server.url, carry({ path: '/support/categories' }, bearer(goodToken(world))));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await jwks[Symbol.asyncDispose]();
  });

  async function expectRefusal(carrier: Omit<Carrier, 'what'>): Promise<void> {
    const tickets = await server.db.reader.ticket.count();
    for (const [door, request] of Object.entries(DOORS)) {
      signatureChecks.count = 0;
      const answer = await exactRequest(server.url, carry(request, carrier));
      const checks = signatureChecks.count;
      expect({ door, ...comparable(answer) }).toEqual({ door, ...comparable(refusals[door] as ExactAnswer) });
      expect(checks).toBeLessThanOrEqual(1);
    }
    expect(await server.db.reader.ticket.count()).toBe(tickets);
  }

  it('answers 401 with WWW-Authenticate to nobody, by every door', () => {
    for (const { status, headers, text } of Object.values(refusals)) {
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toBe('Bearer realm="support-api"');
      expect(text).toContain('"Unauthorized"');
    }
  });

  it('lets a good token in by every door, after one signature check: each forgery differs in one thing', async () => {
    for (const [door, request] of Object.entries(DOORS)) {
      const token = goodToken(world, { jti: door });
      signatureChecks.count = 0;
      const answer = await exactRequest(server.url, carry(request, bearer(token)));
      expect(answer).toMatchObject({ status: 200 });
      expect(signatureChecks.count).toBe(1);
    }
    expect(await server.db.reader.ticket.count()).toBe(3);
  });

  it.each(forgeries)('refuses a token: %s', (_what, token) => expectRefusal(bearer(token)));

  it.each(wrongCarriers(world))('refuses a good token: $what', (carrier) => expectRefusal(carrier));

  it('checks a signature once for a whole batch', async () => {
    const path = `/trpc/${Array(20).fill('support.tickets.list').join(',')}?batch=1`;
    const [header, payload] = goodToken(world).split('.');
    const [, , signature] = goodToken(world, { sub: 'user_456' }).split('.');
    signatureChecks.count = 0;
    const answer = await exactRequest(server.url, carry({ path }, bearer(`${header}.${payload}.${signature}`)));
    expect(answer.status).toBe(401);
    // Refused before tRPC sees the calls: one error for all of them.
    expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { code: 'UNAUTHORIZED' } } });
    expect(signatureChecks.count).toBe(1);
  });

  it('refuses a token of 100 kB before it is a request', async () => {
    const token = goodToken(world, { x: 'x'.repeat(75_000) });
    signatureChecks.count = 0;
    const answer = await exactRequest(server.url, carry({ path: '/support/tickets' }, bearer(token)));
    expect(answer.status).toBe(431);
    expect(JSON.parse(answer.text)).toMatchObject({ success: false, error: { code: 'HEADERS_TOO_LARGE' } });
    expect(signatureChecks.count).toBe(0);
  });

  it('asked nobody but its own issuer, and that one once', () => {
    expect(trap.requests).toEqual([]);
    expect(jwks.requests).toEqual(name === 'JWKS' ? ['/jwks'] : []);
  });
});

function bearer(token: string): Omit<Carrier, 'what'> {
  return { headers: [['authorization', `Bearer ${token}`]] };
}

function carry(request: ExactRequest, { headers = [], fields }: Omit<Carrier, 'what'>): ExactRequest {
  if (fields === undefined) return { ...request, headers };
  return {
    ...request,
    headers,
    path: `${request.path}${request.path.includes('?') ? '&' : '?'}${new URLSearchParams(fields)}`,
    ...(request.body !== undefined && { body: { ...request.body, ...fields } }),
  };
}

/** All of an answer but what must differ. */
function comparable({ status, headers, text }: ExactAnswer) {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return { status, headers: rest, text };
}
