import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, vi } from 'vitest';
import { restClient } from './rest-client.js';
import { NEW_TICKET } from './tickets.js';
import { customerToken } from './tokens.js';

/** A busy machine may be too slow for the limits that a test sets its server: then once more. */
const PATIENCE = { timeout: 60_000, interval: 100 };

const BACKENDS = `
  SELECT count(*)::int AS open, (count(*) FILTER (WHERE wait_event_type = 'Lock'))::int AS waiting
  FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'support-api'`;

/**
 * Proves that a server can still use all of its connections to PostgreSQL, and holds no others: as many customers as the
 * pool has connections are made to wait for the lock of a ticket at the same time, each in a backend of its own.
 */
export async function expectWholePool(url: string, databaseUrl: string, size: number): Promise<void> {
  const customers = await Promise.all(
    Array.from({ length: size }, async (_, index) => {
      const api = restClient(url, customerToken(`user_of_the_pool_${index}`));
      const created = await api.post('/support/tickets', NEW_TICKET);
      expect(created.status).toBe(200);
      return { api, path: `/support/tickets/${created.body.data.ticketId}/messages` };
    }),
  );

  await vi.waitFor(async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      await client.query('BEGIN; SELECT 1 FROM tickets FOR UPDATE');
      let answered = false;
      const answers = customers.map(({ api, path }) =>
        api.post(path, { message: 'm' }).finally(() => {
          answered = true;
        }),
      );
      let backends: unknown;
      do {
        [backends] = (await client.query(BACKENDS)).rows;
        await sleep(20);
      } while (!answered && JSON.stringify(backends) !== JSON.stringify({ open: size, waiting: size }));
      await client.query('COMMIT');
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(backends).toEqual({ open: size, waiting: size });
      expect(statuses).toEqual(Array.from({ length: size }, () => 200));
    } finally {
      await client.end();
    }
  }, PATIENCE);
}
