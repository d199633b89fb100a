import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONVERSATIONS } from '../../scripts/seed/conversations.js';
import { callsOf, seedDesk } from '../../scripts/seed/desk.js';
import { systemClock } from '../../src/schema/clock.js';
import { createMigratedDatabase, type TestDatabase } from '../support/databases.js';
import { type OpenTestDatabase, openTestDatabase } from '../support/open-database.js';
import { REPOSITORY, run } from '../support/project.js';

const DAY_MS = 86_400_000;

describe.each(['sqlite', 'postgresql'] as const)('npm run seed, on %s', (engine) => {
  let database: TestDatabase;
  let opened: OpenTestDatabase;
  const seed = (env: Record<string, string> = {}) =>
    run(REPOSITORY, 'npm', ['run', '--silent', 'seed'], { DATABASE_URL: database.url, ...env });
  const desk = () => callsOf({ db: opened.db, clock: systemClock }, { userId: 'agent_dana', role: 'agent' }).desk;

  beforeAll(async () => {
    database = await createMigratedDatabase(engine);
    opened = await openTestDatabase(database.url);
  });
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  it('refuses production', async () => {
    expect(await seed({ NODE_ENV: 'production' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching('NODE_ENV is production'),
    });
  });

  it('fills an empty database, and says how far it is', async () => {
    const { code, stdout, stderr } = await seed();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^100 of 300 tickets\n200 of 300 tickets\n300 of 300 tickets\nDone\./);
    const counts = Object.entries(await desk().tickets.counts());
    expect(counts.reduce((sum, [, { total }]) => sum + total, 0)).toBe(300);
    // Some of everything.
    for (const [status, { total }] of counts) expect(total, status).toBeGreaterThan(0);
  });

  it('gives its people names', async () => {
    const { profiles } = desk();
    const agents = await profiles.agents({ limit: 100 });
    expect(agents.map(({ userId }) => userId)).toEqual(expect.arrayContaining(['agent_dana', 'admin_rosa']));
    const { tickets } = await desk().tickets.list({ limit: 100, sort: 'created' });
    const people = [
      ...new Set(tickets.flatMap(({ requester, assignedAgent }) => [requester, assignedAgent ?? requester])),
    ];
    const named = await Promise.all(
      [people.slice(0, 100), people.slice(100)].map((userIds) => profiles.lookUp({ userIds })),
    );
    expect(named.flat()).toHaveLength(people.length);
  });

  it('leaves nothing in the future, and figures that add up', async () => {
    const to = new Date();
    const from = new Date(to.getTime() - 31 * DAY_MS);
    const { overall } = await desk().figures.get({ from: from.toISOString(), to: to.toISOString() });
    expect(overall.opened).toBe(300);
    expect(overall.answered).toBeGreaterThan(200);
    expect(overall.ratings.count).toBeGreaterThan(50);
    expect((await desk().sla.breaches({ limit: 1 })).length).toBe(1);
  });

  it('has tickets in each language', async () => {
    for (const language of new Set(CONVERSATIONS.map((conversation) => conversation.language))) {
      const users = Array.from({ length: 12 }, (_, n) => `user_${language}_${n + 1}`);
      const found = await Promise.all(users.map((requester) => desk().tickets.list({ requester, limit: 1 })));
      expect(found.flatMap(({ tickets }) => tickets).length, language).toBeGreaterThan(0);
    }
  });

  it('refuses a database that has tickets', async () => {
    expect(await seed()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching('The database has 300 tickets: seed an empty one'),
    });
  });
});

// The times of all that happens follow from the time at which it ends: of this one, a ticket is closed that was reopened before.
it('a customer whose ticket was closed meanwhile writes nothing more to it', async () => {
  await using database = await createMigratedDatabase('sqlite');
  await using opened = await openTestDatabase(database.url);
  const { db } = opened;
  const until = new Date('2026-11-30T16:46:00Z');
  await seedDesk({ db, until, onProgress: () => {} });
  const { desk } = callsOf({ db, clock: { now: () => until } }, { userId: 'agent_dana', role: 'agent' });
  const totals = Object.values(await desk.tickets.counts()).map(({ total }) => total);
  expect(totals.reduce((sum, total) => sum + total, 0)).toBe(300);
  // At other times there may be fewer of some.
  for (const total of totals) expect(total).toBeGreaterThan(5);
});
