import { expect, it } from 'vitest';
import type { Engine } from '../../src/db/handle.js';
import { createTestDatabase } from '../support/databases.js';
import { rawRows } from '../support/raw-rows.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

it.each(['sqlite', 'postgresql'] satisfies Engine[])(
  'the server closes on %s what became due while it was down, says so, and stops in order',
  async (engine) => {
    await using database = await createTestDatabase(engine);
    const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET };
    const first = await startServer({ env });
    const customer = restClient(first.url, customerToken());
    const input = { subject: 's', description: 'd', categoryId: 'category_001' };
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.push((await customer.post('/support/tickets', input)).body.data.ticketId);
    }
    expect(await first.stop()).toBe(0);
    const longAgo = new Date(Date.now() - 8 * 86_400_000).toISOString().replace('Z', '+00:00');
    const set = `UPDATE tickets SET status = 'Resolved', resolved_at = '${longAgo}' WHERE id =`;
    for (const id of ids.slice(0, 2)) await rawRows(database.url, `${set} '${id}'`);

    const never = await startServer({ env: { ...env, AUTO_CLOSE_DAYS: '0' } });
    expect(await never.stop()).toBe(0);
    expect(never.stdout.join('\n')).not.toContain('auto-close');

    const second = await startServer({ env });
    const done = () => second.stdout.find((text) => text.includes('"job":"auto-close"'));
    await waitFor(() => done() !== undefined);
    expect(JSON.parse(done() ?? '')).toMatchObject({
      level: 'info',
      msg: 'job done',
      count: 2,
      ms: expect.any(Number),
    });
    const agent = restClient(second.url, agentToken());
    const statuses: string[] = [];
    for (const id of ids) statuses.push((await agent.get(`/support/tickets/${id}`)).body.data.status);
    expect(statuses).toEqual(['Closed', 'Closed', 'Open']);
    expect(await second.stop()).toBe(0);
  },
);
