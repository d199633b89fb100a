import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { type OpenIdProvider, signingKey, startOpenIdProvider } from '../support/openid-provider.js';
import { openRest, openTrpc } from '../support/surfaces.js';
import { TestClock } from '../support/test-clock.js';

// Each of these is thousands of requests: a busy machine may take its time.
vi.setConfig({ testTimeout: 180_000 });

const COOLDOWN_MS = 10_000;
const REFRESH_AFTER_MS = 300_000;
const MAX_AGE_MS = 600_000;

const USERS = Array.from({ length: 10 }, (_, index) => `user_${index}`);
const OLD = signingKey('2026-05', 'RS256');
const NEW = signingKey('2026-06', 'ES256');
const NEWEST = signingKey('2026-07', 'EdDSA');

let provider: OpenIdProvider;
let server: TestApp;
let clock: TestClock;
beforeEach(async () => {
  provider = await startOpenIdProvider([...USERS, 'agent_1'], OLD);
  clock = new TestClock();
  server = await startApp({
    env: {
      JWT_JWKS_URL: await provider.jwksUrl(),
      JWT_ISSUER: provider.url,
      JWT_AUDIENCE: 'support',
      LOG_LEVEL: 'info',
    },
    clock,
  });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const statusOf = async (token: string) => (await openRest(server.url, token).categories()).status;
/** How often the server has taken up other keys than it had. */
const keyChanges = () => server.logs.filter(({ msg }) => msg === 'token keys changed').length;
const newTokens = () => Promise.all(USERS.map((userId) => provider.token(userId)));

/** Users with good tokens, who never stop asking, over both surfaces. */
class Traffic implements AsyncDisposable {
  tokens: string[];
  answers = 0;
  readonly refused: number[] = [];
  #stopped = false;
  readonly #users: Promise<void>[];

  constructor(tokens: string[]) {
    this.tokens = tokens;
    this.#users = USERS.map((_, index) => this.#use(index));
  }

  async #use(index: number): Promise<void> {
    const open = index % 2 ? openRest : openTrpc;
    for (let turn = index; !this.#stopped; turn++) {
      const { status } = await open(server.url, this.tokens[turn % this.tokens.length]).categories();
      this.answers += 1;
      if (status !== 200) this.refused.push(status);
    }
  }

  /** Until every user has had a few answers more. */
  async flow(): Promise<void> {
    const before = this.answers;
    await vi.waitFor(() => expect(this.answers).toBeGreaterThan(before + 10 * USERS.length), { timeout: 50_000 });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#users);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

describe('access tokens of an OpenID provider', () => {
  it('say who their bearer is, and what role', async () => {
    const owner = openTrpc(server.url, await provider.token('user_0'));
    const created = await owner.create({ subject: 's', description: 'd', categoryId: 'category_001' });
    const ticketId = created.ok ? created.data.ticketId : '';
    expect(await openRest(server.url, await provider.token('user_0')).get(ticketId)).toMatchObject({
      data: { userId: 'user_0' },
    });
    expect(await openRest(server.url, await provider.token('user_1')).get(ticketId)).toMatchObject({ status: 404 });
    expect(await openRest(server.url, await provider.token('agent_1')).get(ticketId)).toMatchObject({ status: 200 });
  });

  it('are good for the audience that they were issued to', async () => {
    expect(await statusOf(await provider.token('user_0', 'support'))).toBe(200);
    expect(await statusOf(await provider.token('user_0', 'billing'))).toBe(401);
  });

  it('of another provider, whose keys have the same names, are not good', async () => {
    await using other = await startOpenIdProvider(USERS, signingKey(OLD.kid, 'RS256'));
    expect(await statusOf(await provider.token('user_0'))).toBe(200);
    expect(await statusOf(await other.token('user_0'))).toBe(401);
  });
});

describe('keys rotate under traffic', () => {
  it('as planned: no good token is refused, and one of a withdrawn key is', async () => {
    const oldTokens = await newTokens();
    await using traffic = new Traffic(oldTokens);
    await traffic.flow();
    expect(provider.keyRequests()).toBe(1);

    provider.rotate(OLD, NEW);
    clock.advance(REFRESH_AFTER_MS);
    await vi.waitFor(() => expect(keyChanges()).toBe(2), { timeout: 50_000 });

    provider.rotate(NEW, OLD);
    traffic.tokens = [...oldTokens, ...(await newTokens())];
    await traffic.flow();
    // It had been published before it signed: nobody had to ask for it.
    expect(provider.keyRequests()).toBe(2);

    traffic.tokens = await newTokens();
    await traffic.flow();
    provider.rotate(NEW);
    clock.advance(MAX_AGE_MS);
    await traffic.flow();
    expect(provider.keyRequests()).toBe(3);
    for (const token of oldTokens) expect(await statusOf(token)).toBe(401);

    await traffic.stop();
    expect(traffic.refused).toEqual([]);
  });

  it('at once: a key that signs as soon as it exists is taken at its first token, after the cooldown', async () => {
    const oldTokens = await newTokens();
    await using traffic = new Traffic(oldTokens);
    await traffic.flow();
    for (const [index, key] of [NEW, NEWEST].entries()) {
      clock.advance(COOLDOWN_MS);
      provider.rotate(key, OLD);
      traffic.tokens = [...oldTokens, ...(await newTokens())];
      await traffic.flow();
      expect(provider.keyRequests()).toBe(2 + index);
    }
    await traffic.stop();
    expect(traffic.refused).toEqual([]);
  });

  it('within the cooldown: a key nobody heard of is refused until the cooldown is over', async () => {
    expect(await statusOf(await provider.token('user_0'))).toBe(200);
    provider.rotate(NEW, OLD);
    const token = await provider.token('user_0');
    clock.advance(COOLDOWN_MS - 1);
    expect(await statusOf(token)).toBe(401);
    clock.advance(1);
    expect(await statusOf(token)).toBe(200);
  });
});

describe('a flood of unknown kids', () => {
  it('asks the provider once in a cooldown, and keeps no good token out', async () => {
    await using traffic = new Traffic(await newTokens());
    await traffic.flow();
    for (let cooldown = 1; cooldown <= 3; cooldown++) {
      clock.advance(COOLDOWN_MS);
      const statuses = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          statusOf(NEWEST.issuer.token({ sub: 'user_0' }, { alg: 'EdDSA', kid: `unknown-${cooldown}-${index}` })),
        ),
      );
      expect(new Set(statuses)).toEqual(new Set([401]));
      expect(provider.keyRequests()).toBe(1 + cooldown);
    }
    await traffic.stop();
    expect(traffic.refused).toEqual([]);
  });
});

describe('a provider that is down', () => {
  it('locks nobody out whose key is known, and is found again when it is back', async () => {
    await using traffic = new Traffic(await newTokens());
    await traffic.flow();
    // Not every good token has been seen before the outage.
    const unseen = await provider.token('user_0');
    provider.rotate(NEW, OLD);
    const unknownKey = await provider.token('user_0');

    await provider.server.close();
    for (let outage = 0; outage < 3; outage++) {
      clock.advance(MAX_AGE_MS);
      await traffic.flow();
      expect(await statusOf(unknownKey)).toBe(401);
    }
    expect(await statusOf(unseen)).toBe(200);
    expect(provider.keyRequests()).toBe(1);

    await provider.server.listen();
    clock.advance(COOLDOWN_MS);
    expect(await statusOf(unknownKey)).toBe(200);
    await traffic.flow();
    await traffic.stop();
    expect(traffic.refused).toEqual([]);
  });
});
