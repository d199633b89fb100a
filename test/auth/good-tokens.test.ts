import { describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type Issuer, keyPairIssuer, publicJwk, secretIssuer } from '../support/issuer.js';
import { startLoopbackServer } from '../support/loopback-server.js';
import { restClient } from '../support/rest-client.js';
import { SURFACES } from '../support/surfaces.js';

const signatureChecks = await vi.hoisted(async () => (await import('../support/signature-checks.js')).signatureChecks);

const secret = secretIssuer('a-secret-for-tests-of-32-bytes-or-more');
const rsa = keyPairIssuer('RS256');
const ec = keyPairIssuer('ES256');
const ed = keyPairIssuer('EdDSA');

const NOW = Date.UTC(2026, 5, 1, 12);
const seconds = (date: number) => date / 1000;
const TICKET = { subject: 'Mine', description: 'Mine', categoryId: 'category_001' };

/** Who a token makes its bearer, as the server keeps it: the user id of a ticket that it opens. */
async function userOf({ url, db }: TestApp, token: string): Promise<string | undefined> {
  const { status, body } = await restClient(url, token).post('/support/tickets', TICKET);
  if (status !== 200) return undefined;
  return (await db.reader.ticket.findUniqueOrThrow({ where: { id: body.data.ticketId } })).userId;
}

async function statusOf({ url }: TestApp, token: string, authorization = `Bearer ${token}`): Promise<number> {
  return (await restClient(url, undefined, { authorization }).get('/support/categories')).status;
}

describe.each([
  ['HS256 by JWT_SECRET', secret],
  ['RS256 by JWT_PUBLIC_KEY', rsa],
  ['ES256 by JWT_PUBLIC_KEY', ec],
  ['EdDSA by JWT_PUBLIC_KEY', ed],
] as const)('%s', (_name, issuer) => {
  it.each(SURFACES)('lets its users in over %s', async (_surface, open) => {
    await using server = await startApp({ env: issuer.env });
    const created = await open(server.url, issuer.token({ sub: 'user_123' })).create(TICKET);
    expect(created.ok).toBe(true);
  });

  it('does not look at kid, nor at a header that says nothing of the key', async () => {
    await using server = await startApp({ env: issuer.env });
    for (const more of [{ kid: 'any' }, { kid: '' }, { typ: 'at+jwt' }, { jku: 'http://127.0.0.1:1/' }, { x: [1] }]) {
      const token = issuer.token({ sub: 'user_123' }, { alg: issuer.algorithm, ...more });
      expect(await userOf(server, token)).toBe('user_123');
    }
  });

  it('checks the signature of a token once, while it is used', async () => {
    await using server = await startApp({ env: issuer.env });
    const token = issuer.token({ sub: 'user_123' });
    const counts: number[] = [];
    for (let use = 1; use <= 4; use++) {
      signatureChecks.count = 0;
      expect(await statusOf(server, token)).toBe(200);
      counts.push(signatureChecks.count);
    }
    expect(counts).toEqual([1, 0, 0, 0]);
  });

  it('checks the signature of a refused token every time', async () => {
    await using server = await startApp({ env: issuer.env, clock: { now: () => new Date(NOW) } });
    const expired = issuer.token({ sub: 'user_123', exp: seconds(NOW) - 1 });
    for (let use = 1; use <= 3; use++) {
      signatureChecks.count = 0;
      expect(await statusOf(server, expired)).toBe(401);
      expect(signatureChecks.count).toBe(1);
    }
  });
});

describe('JWT_PUBLIC_KEY', () => {
  it.each<[string, (issuer: Issuer) => string]>([
    ['PKCS #1', ({ keys }) => String(keys?.publicKey.export({ type: 'pkcs1', format: 'pem' }))],
    ['\\n for line ends', ({ env }) => String(env.JWT_PUBLIC_KEY).replaceAll('\n', '\\n')],
    ['CRLF', ({ env }) => String(env.JWT_PUBLIC_KEY).replaceAll('\n', '\r\n')],
    ['space around it', ({ env }) => `\n  ${env.JWT_PUBLIC_KEY}\n\n`],
    ['a comment before it', ({ env }) => `# the key of our issuer\n${env.JWT_PUBLIC_KEY}`],
  ])('is read with %s', async (_form, pem) => {
    await using server = await startApp({ env: { JWT_PUBLIC_KEY: pem(rsa) } });
    expect(await userOf(server, rsa.token({ sub: 'user_123' }))).toBe('user_123');
  });
});

describe('JWT_JWKS_URL', () => {
  it('takes tokens by the key that alg and kid name, and without kid by the only key of the algorithm', async () => {
    const secondEc = keyPairIssuer('ES256');
    const keys = [
      publicJwk(rsa, { kid: 'rsa' }),
      publicJwk(ec, { kid: 'ec', alg: undefined, use: undefined }),
      publicJwk(secondEc, { kid: 'ec-2', key_ops: ['verify'] }),
      publicJwk(ed),
    ];
    await using jwks = await startLoopbackServer((_request, response) => response.end(JSON.stringify({ keys })));
    await using server = await startApp({ env: { JWT_JWKS_URL: jwks.url } });
    const by = (issuer: Issuer, kid?: string) =>
      userOf(server, issuer.token({ sub: 'user_123' }, { alg: issuer.algorithm, ...(kid !== undefined && { kid }) }));

    expect(await by(rsa, 'rsa')).toBe('user_123');
    expect(await by(rsa)).toBe('user_123');
    expect(await by(ec, 'ec')).toBe('user_123');
    expect(await by(secondEc, 'ec-2')).toBe('user_123');
    expect(await by(ed)).toBe('user_123');
    // Which of the two would have to be tried: a token is worth one signature check.
    expect(await by(ec)).toBeUndefined();
    expect(await by(ec, 'ec-2')).toBeUndefined();
    expect(await by(rsa, 'ec')).toBeUndefined();
  });
});

describe('the user id', () => {
  it.each([
    'u',
    'user_123',
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'https://id.example.com/users/1',
    'Zoë 😀',
    ' ',
    'u'.repeat(255),
    '😀'.repeat(255),
    '\u202eabc',
  ])('is the sub, as it stands: %j', async (sub) => {
    await using server = await startApp({ env: secret.env });
    expect(await userOf(server, secret.token({ sub }))).toBe(sub);
  });
});

describe('a name that means something else', () => {
  it.each(['system', 'me'])('is nobody’s id: %s', async (sub) => {
    await using server = await startApp({ env: secret.env });
    expect(await statusOf(server, secret.token({ sub }))).toBe(401);
    expect(await statusOf(server, secret.token({ sub, role: 'admin' }))).toBe(401);
    expect(await statusOf(server, secret.token({ sub: `${sub} ` }))).toBe(200);
  });
});

describe('the role', () => {
  const roles: [claim: unknown, status: number][] = [
    ['agent', 200],
    ['admin', 200],
    [['agent'], 200],
    [['other', 'admin'], 200],
    ...[
      undefined,
      'customer',
      'Agent',
      'AGENT',
      'agent ',
      'root',
      '',
      null,
      true,
      1,
      [['agent']],
      [],
      ['other', 1, null],
      { role: 'agent' },
    ].map((claim): [unknown, number] => [claim, 404]),
  ];

  it.each(['role', 'https://example.com/role', 'constructor'])('comes from the claim %s alone', async (claim) => {
    await using server = await startApp({ env: { ...secret.env, JWT_ROLE_CLAIM: claim } });
    const owner = restClient(server.url, secret.token({ sub: 'user_123' }));
    const { ticketId } = (await owner.post('/support/tickets', TICKET)).body.data;
    const others = { role: 'agent', roles: ['agent'], [claim]: undefined };
    for (const [value, status] of roles) {
      const client = restClient(server.url, secret.token({ sub: 'other', ...others, [claim]: value }));
      expect([value, (await client.get(`/support/tickets/${ticketId}`)).status]).toEqual([value, status]);
    }
  });
});

describe('time', () => {
  it('holds a token to its nbf and exp, to the millisecond, at every use', async () => {
    let now = NOW;
    await using server = await startApp({ env: secret.env, clock: { now: () => new Date(now) } });
    const token = secret.token({ sub: 'user_123', iat: seconds(NOW), nbf: seconds(NOW), exp: seconds(NOW) + 60 });
    const at = (time: number) => {
      now = time;
      return statusOf(server, token);
    };
    expect(await at(NOW - 1)).toBe(401);
    expect(await at(NOW)).toBe(200);
    expect(await at(NOW + 59_999)).toBe(200);
    expect(await at(NOW - 1)).toBe(401);
    expect(await at(NOW + 30_000)).toBe(200);
    expect(await at(NOW + 60_000)).toBe(401);
    expect(await at(NOW + 60_001)).toBe(401);
    expect(await at(NOW + 59_999)).toBe(200);
  });

  it('takes fractions of a second', async () => {
    let now = NOW;
    await using server = await startApp({ env: secret.env, clock: { now: () => new Date(now) } });
    const token = secret.token({ sub: 'user_123', exp: seconds(NOW) + 0.5 });
    expect(await statusOf(server, token)).toBe(200);
    now = NOW + 500;
    expect(await statusOf(server, token)).toBe(401);
  });

  it('is not asked for where a token says nothing of it, unless JWT_REQUIRE_EXP does', async () => {
    await using server = await startApp({ env: secret.env });
    await using strict = await startApp({ env: { ...secret.env, JWT_REQUIRE_EXP: 'true' } });
    const forever = secret.token({ sub: 'user_123' });
    expect(await statusOf(server, forever)).toBe(200);
    expect(await statusOf(strict, forever)).toBe(401);
    expect(await statusOf(strict, secret.token({ sub: 'user_123', exp: null }))).toBe(401);
    expect(await statusOf(strict, secret.token({ sub: 'user_123', exp: seconds(Date.now()) + 60 }))).toBe(200);
  });

  it('does not mind an iat that is ahead: clocks differ', async () => {
    await using server = await startApp({ env: secret.env });
    expect(await statusOf(server, secret.token({ sub: 'user_123', iat: seconds(Date.now()) + 60 }))).toBe(200);
  });
});

describe('issuer and audience', () => {
  it('are not looked at unless configured', async () => {
    await using server = await startApp({ env: secret.env });
    expect(await statusOf(server, secret.token({ sub: 'user_123', iss: 5, aud: [null] }))).toBe(200);
  });

  it('must match as a whole; one of several audiences is enough', async () => {
    const iss = 'https://id.example.com/';
    await using server = await startApp({ env: { ...secret.env, JWT_ISSUER: iss, JWT_AUDIENCE: 'support' } });
    const status = (claims: object) => statusOf(server, secret.token({ sub: 'user_123', ...claims }));
    expect(await status({ iss, aud: 'support' })).toBe(200);
    expect(await status({ iss, aud: ['support'] })).toBe(200);
    expect(await status({ iss, aud: ['other', 'support'] })).toBe(200);
    expect(await status({ iss, aud: ['other'] })).toBe(401);
    expect(await status({ iss: 'https://id.example.com', aud: 'support' })).toBe(401);
    expect(await status({ aud: 'support' })).toBe(401);
    expect(await status({ iss })).toBe(401);
  });
});

describe('the Authorization header', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('may spell the scheme %s (RFC 9110, 11.1)', async (scheme) => {
    await using server = await startApp({ env: secret.env });
    const token = secret.token({ sub: 'user_123' });
    expect(await statusOf(server, token, `${scheme} ${token}`)).toBe(200);
    expect(await statusOf(server, token, `${scheme}   ${token}  `)).toBe(200);
    expect(await statusOf(server, token, `${scheme} ${token}x`)).toBe(401);
  });

  it('takes a token of up to 8,192 characters', async () => {
    await using server = await startApp({ env: secret.env });
    const ofLength = (length: number) => {
      const without = secret.token({ sub: 'user_123', x: '' }).length;
      for (let size = Math.floor(((length - without) * 3) / 4) - 4; ; size++) {
        const token = secret.token({ sub: 'user_123', x: 'x'.repeat(size) });
        if (token.length >= length) return token;
      }
    };
    expect(ofLength(8192)).toHaveLength(8192);
    expect(await statusOf(server, ofLength(8192))).toBe(200);
    expect(await statusOf(server, ofLength(8193))).toBe(401);
  });
});

describe('the log', () => {
  it('says at level debug why a token was refused, and shows no token', async () => {
    await using server = await startApp({ env: { ...secret.env, LOG_LEVEL: 'debug' } });
    const good = secret.token({ sub: 'user_123' });
    const forged = `${good.slice(0, -4)}AAAA`;
    expect(await statusOf(server, forged)).toBe(401);
    expect(await statusOf(server, secret.token({ sub: 5 }))).toBe(401);
    expect(await statusOf(server, secret.token({ sub: 'user_123' }, 'not json'))).toBe(401);
    const reasons = server.logs.filter(({ msg }) => msg === 'token refused').map(({ reason }) => reason);
    expect(reasons).toEqual([
      expect.stringContaining('signature is invalid'),
      'The sub claim is not a user id',
      'The token is not good: its header is not a JSON object',
    ]);
    expect(JSON.stringify(server.logs)).not.toContain(forged.slice(0, 20));
  });
});
