import { describe, expect, it, vi } from 'vitest';
import { createTestDatabase } from '../support/databases.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { NEW_TICKET } from '../support/tickets.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const METRICS_TOKEN = 'metrics-token-of-tests';

describe.each(['sqlite', 'postgresql'] as const)('the metrics of a server on %s', (engine) => {
  it('show what its database, its jobs and its desk do', async () => {
    await using database = await createTestDatabase(engine);
    await using server = await startServer({
      env: { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET, METRICS_TOKEN },
    });
    const customer = restClient(server.url, customerToken());
    expect((await customer.post('/support/tickets', NEW_TICKET)).status).toBe(200);
    expect((await customer.post('/support/tickets/ticket_none/close')).status).toBe(404);
    const categoryId = 'category_none';
    expect((await customer.post('/support/tickets', { ...NEW_TICKET, categoryId })).status).toBe(400);
    expect((await restClient(server.url, agentToken()).get('/desk/tickets')).status).toBe(200);

    const samples = async () => {
      const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
      const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
      return new Map(
        text
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))] as const),
      );
    };
    const now = await samples();
    const value = (name: string) => now.get(name);
    expect(value('db_client_connection_wait_time_seconds_count')).toBeGreaterThanOrEqual(2);
    expect(value('support_database_rollbacks_total')).toBeGreaterThanOrEqual(1);
    expect(value('db_client_connections{state="max"}')).toBe(engine === 'sqlite' ? 1 : 10);
    expect(value('support_read_threads{state="max"}')).toBe(engine === 'sqlite' ? 2 : undefined);
    expect(value('support_tickets{state="open"}')).toBe(1);
    // Not 0 on PostgreSQL while other tests have a transaction open: it is of the whole server.
    expect(value('support_event_feed_lag_seconds')).toBeGreaterThanOrEqual(0);
    const job = 'support_job_last_success_timestamp_seconds{job="idempotency-expiry"}';
    await vi.waitFor(async () => expect((await samples()).get(job)).toBeGreaterThan(0), 30_000);
  });
});
