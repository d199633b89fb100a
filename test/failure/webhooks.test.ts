import { expect, it } from 'vitest';
import type { Engine } from '../../src/db/handle.js';
import { createMigratedDatabase } from '../support/databases.js';
import { startServer } from '../support/start-server.js';
import { TEST_SECRET } from '../support/tokens.js';
import { ALLOW_LOOPBACK } from '../support/webhook-receiver.js';
import { storm } from '../support/webhook-storm.js';

// `npm run bench:webhooks -- --storm 10000` does the same at full length.
const EVENTS = 1_000;

it.each([
  ['postgresql', 2],
  ['sqlite', 1],
] satisfies [Engine, number][])(
  '%s, instances: %i, killed at random: each event comes to each receiver, and in order where it takes all',
  async (engine, instances) => {
    await using database = await createMigratedDatabase(engine);
    const env = {
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_SECRET,
      SQLITE_SYNCHRONOUS: 'NORMAL',
      ...ALLOW_LOOPBACK,
    };
    const start = async () => {
      const server = await startServer({ env });
      return { url: server.url, kill: () => server.stop('SIGKILL') };
    };
    const { events, receivers } = await storm({
      databaseUrl: database.url,
      start,
      instances,
      events: EVENTS,
      kills: 3,
      random: Math.random,
    });
    expect(events).toBeGreaterThanOrEqual(EVENTS);
    expect(receivers.map(({ lost }) => lost)).toEqual(receivers.map(() => 0));
    expect(receivers.slice(0, -1).map(({ isInOrder }) => isInOrder)).toEqual([true, true, true, true]);
  },
  180_000,
);
