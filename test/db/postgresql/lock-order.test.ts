import { expect, it, onTestFinished } from 'vitest';
import { autoClose } from '../../../src/jobs/auto-close.js';
import { startApp } from '../../support/app.js';
import { createMigratedDatabase } from '../../support/databases.js';
import { insertTickets } from '../../support/many-tickets.js';
import { administer } from '../../support/postgresql-server.js';
import { restClient } from '../../support/rest-client.js';
import { runSql } from '../../support/run-sql.js';
import { TestClock } from '../../support/test-clock.js';
import { expectExactCounts } from '../../support/ticket-counts.js';
import { agentToken, customerToken } from '../../support/tokens.js';
import { waitFor } from '../../support/wait-for.js';

const DAY_MS = 86_400_000;
/** Two who write much, with and without segments of counts, and others. */
const CUSTOMERS = ['user_a', 'user_b', 'user_c', 'user_d'];
const NEW_TICKET = { subject: 's', description: 'd', categoryId: 'category_001' };

/** A database on which whoever waits in a circle is found out at once, and how often that has happened. */
async function openWatched() {
  const database = await createMigratedDatabase('postgresql');
  onTestFinished(() => database[Symbol.asyncDispose]());
  const name = new URL(database.url).pathname.slice(1);
  // Before the 100 ms after which a group of writes gives up its wait for a lock.
  await administer(database.url, `ALTER DATABASE ${name} SET deadlock_timeout = '10ms'`);
  const backends = `SELECT 1 FROM pg_stat_activity WHERE datname = '${name}' AND application_name = 'support-api'`;
  return {
    url: database.url,
    /** When all connections of the service have ended, and told what they saw. */
    async deadlocks() {
      await waitFor(async () => (await administer(database.url, backends)).length === 0);
      const [row] = await administer(
        database.url,
        `SELECT deadlocks::int FROM pg_stat_database WHERE datname = '${name}'`,
      );
      return row?.deadlocks;
    },
  };
}

it('nobody waits in a circle: bulk changes in opposite orders, the automatic close, and what customers write', async () => {
  const watched = await openWatched();
  {
    await using server = await startApp({ env: { DATABASE_URL: watched.url, POOL_MAX: '16' } });
    await using second = await startApp({ env: { DATABASE_URL: watched.url, POOL_MAX: '16' } });
    await insertTickets(server.db, { userId: 'user_a', count: 1100 });
    const servers = [server, second];
    const customers = CUSTOMERS.map((userId, n) => ({
      userId,
      api: restClient(servers[n % 2]?.url ?? '', customerToken(userId)),
      // On the other instance: two groups of writes at once have rows of one customer.
      there: restClient(servers[(n + 1) % 2]?.url ?? '', customerToken(userId)),
    }));
    const statuses = new Map<string, number>();
    const note = async (what: string, answer: Promise<{ status: number }>) => {
      const key = `${what} ${(await answer).status}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
    };

    const opened: { userId: string; id: string }[] = [];
    const open = async ({ userId, api }: (typeof customers)[number]) => {
      const { body } = await api.post('/support/tickets', NEW_TICKET);
      opened.push({ userId, id: body.data.ticketId });
    };
    // Their ids in an order that is not that of their customers.
    for (let round = 0; round < 12; round += 1) {
      for (const customer of round % 2 ? customers : customers.toReversed()) await open(customer);
    }
    const idsOf = (userId: string) => opened.filter((one) => one.userId === userId).map(({ id }) => id);

    const agents = Array.from({ length: 6 }, (_, n) => restClient(servers[n % 2]?.url ?? '', agentToken(`agent_${n}`)));
    const changes = [
      { status: 'In Progress', priority: 'High' },
      { status: 'Resolved', priority: 'Low' },
      { priority: 'Critical' },
      { status: 'In Progress', priority: 'Medium' },
    ];
    const bulk = async (agent: (typeof agents)[number], n: number) => {
      // Each has tickets of its own, one or two of each customer.
      const ticketIds = CUSTOMERS.flatMap((userId) => idsOf(userId).filter((_id, place) => place % 6 === n));
      for (let round = 0; round < 12; round += 1) {
        const change = changes[(round + n) % changes.length];
        await note('bulk', agent.post('/desk/tickets/bulk', { ticketIds, change }));
      }
      await note('bulk', agent.post('/desk/tickets/bulk', { ticketIds, change: { status: 'Closed' } }));
    };
    const write = async ({ userId, api, there }: (typeof customers)[number]) => {
      const ids = idsOf(userId);
      for (let round = 0; round < 25; round += 1) {
        const path = `/support/tickets/${ids[round % ids.length]}`;
        await Promise.all([
          note('message', api.post(`${path}/messages`, { message: 'm' })),
          note('message', there.post(`/support/tickets/${ids[(round + 5) % ids.length]}/messages`, { message: 'm' })),
          note('ticket', there.post('/support/tickets', NEW_TICKET)),
          ...(round % 5 === 4 ? [note('close', api.post(`${path}/close`))] : []),
        ]);
      }
    };
    const answer = async (agent: (typeof agents)[number], n: number) => {
      for (let round = 0; round < 25; round += 1) {
        const { id } = opened[(round * 7 + n) % opened.length] as { id: string };
        await note('reply', agent.post(`/desk/tickets/${id}/replies`, { message: 'r' }));
        await note('note', agent.post(`/desk/tickets/${id}/notes`, { content: 'n' }));
      }
    };
    let busy = true;
    const closeByItself = async (db: typeof server.db) => {
      const clock = new TestClock(Date.now() + 2 * DAY_MS);
      while (busy) await autoClose({ db, clock, days: 1 }).run(new AbortController().signal);
    };
    const closing = servers.map(({ db }) => closeByItself(db));
    await Promise.all([...agents.map(bulk), ...customers.map(write), ...agents.slice(0, 2).map(answer)]);
    busy = false;
    await Promise.all(closing);

    // A ticket that is closed by then takes no message, and can't be changed.
    const answers = [...statuses.keys()].sort();
    expect(answers.filter((key) => !/ 200$|^(?:message|reply) 400$/.test(key))).toEqual([]);
    expect(answers).toEqual(expect.arrayContaining(['bulk 200', 'close 200', 'message 200', 'note 200', 'ticket 200']));
    await expectExactCounts(watched.url);
    const [closed] = await runSql(
      watched.url,
      `SELECT (SELECT sum(count)::int FROM closed_tickets) AS counted,
        (SELECT count(*)::int FROM tickets WHERE status = 'Closed') AS there`,
    );
    expect(closed?.counted).toBe(closed?.there);
  }
  expect(await watched.deadlocks()).toBe(0);
});
