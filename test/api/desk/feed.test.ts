import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { migrate, pendingMigrations } from '../../../src/db/migrations/migrate.js';
import { feedLag } from '../../../src/desk/history/feed-lag.js';
import { startApp, type TestApp } from '../../support/app.js';
import { MIGRATION_OPTIONS } from '../../support/migration-folder.js';
import { administer } from '../../support/postgresql-server.js';
import { restClient } from '../../support/rest-client.js';
import { SURFACES, type Surface } from '../../support/surfaces.js';
import { dataOf, newUser, openTicket } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

interface Told {
  eventId: number;
  ticketId: string;
  type: string;
  version: number | null;
}

/** Follows the feed by its cursors, from the beginning or from where it was before. */
class Reader {
  readonly seen: Told[] = [];
  readonly #agent: Surface;
  readonly #limit: number;
  #after: string | undefined;

  constructor(agent: Surface, limit = 3) {
    this.#agent = agent;
    this.#limit = limit;
  }

  /**
   * What has come since the last time, when that is as much as must come: on PostgreSQL the feed waits for every
   * transaction on the server, those of other tests included.
   */
  async read(atLeast = 0): Promise<Told[]> {
    const news = await this.#readOnce();
    const more = async () => {
      news.push(...(await this.#readOnce()));
      expect(news.length).toBeGreaterThanOrEqual(atLeast);
    };
    if (news.length < atLeast) await vi.waitFor(more, { timeout: 30_000, interval: 20 });
    this.seen.push(...news);
    return news;
  }

  async #readOnce(): Promise<Told[]> {
    const news: Told[] = [];
    for (;;) {
      const query = { limit: this.#limit, ...(this.#after !== undefined && { after: this.#after }) };
      const { events, next } = dataOf(await this.#agent.desk.events(query));
      this.#after = next;
      news.push(...events);
      if (events.length < this.#limit) return news;
    }
  }
}

describe.each(SURFACES)('the feed over %s', (_name, open) => {
  let server: TestApp;
  let customer: Surface;
  let agent: Surface;
  const customerId = newUser();
  beforeAll(async () => {
    server = await startApp();
    customer = open(server.url, customerToken(customerId));
    agent = open(server.url, agentToken('agent_1'));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const idsOf = (events: Told[]) => events.map(({ eventId }) => eventId);
  const allIds = async () =>
    (await server.db.reader.event.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => Number(id));

  /** One that has read all there is. */
  async function readerAtEnd(limit?: number): Promise<Reader> {
    const reader = new Reader(agent, limit);
    await reader.read((await allIds()).length);
    return reader;
  }

  it('has what customers do and what the desk does, and goes on where it was left', async () => {
    const reader = await readerAtEnd();
    expect(await reader.read()).toEqual([]);
    const ticketId = await openTicket(customer);
    dataOf(await agent.desk.take(ticketId));
    dataOf(await agent.desk.note(ticketId, { content: 'n' }));
    dataOf(await customer.addMessage(ticketId, { message: 'm' }));
    dataOf(await customer.close(ticketId));
    const types = ['ticket.created', 'ticket.assigned', 'note.added', 'message.added', 'ticket.closed'];
    expect((await reader.read(5)).map((event) => [event.ticketId, event.type])).toEqual(
      types.map((type) => [ticketId, type]),
    );
    expect(await reader.read()).toEqual([]);
  });

  it("has with each event the ticket's version that it led to", async () => {
    const reader = await readerAtEnd();
    const ticketId = await openTicket(customer);
    const versions = [1];
    const version = async () => void versions.push(dataOf(await agent.desk.get(ticketId)).version);
    dataOf(await agent.desk.take(ticketId));
    await version();
    dataOf(await agent.desk.note(ticketId, { content: 'n' }));
    await version();
    dataOf(await agent.desk.resolve(ticketId));
    await version();
    // One change, two events.
    dataOf(await customer.addMessage(ticketId, { message: 'm' }));
    await version();
    await version();
    await restClient(server.url, agentToken()).patch(`/desk/tickets/${ticketId}/tags`, { add: ['t'] });
    await version();
    dataOf(await customer.close(ticketId));
    await version();
    await restClient(server.url, customerToken(customerId)).post(`/support/tickets/${ticketId}/rating`, { score: 5 });
    await version();
    expect((await reader.read(9)).map((event) => event.version)).toEqual(versions);
    expect(versions).toEqual([1, 2, 3, 4, 5, 5, 6, 7, 8]);
    const { events } = dataOf(await agent.desk.ticketEvents(ticketId));
    expect(events.map((event: Told) => event.version)).toEqual(versions);
  });

  it('has no version in events of before it was recorded', async () => {
    const ticketId = await openTicket(customer);
    await server.db.transaction((tx) => tx.event.updateMany({ where: { ticketId }, data: { version: null } }));
    const { events } = dataOf(await agent.desk.ticketEvents(ticketId));
    expect(events).toMatchObject([{ type: 'ticket.created', version: null }]);
  });

  it('gives the history of one ticket page by page, too', async () => {
    const ticketId = await openTicket(customer);
    dataOf(await agent.desk.take(ticketId));
    const first = dataOf(await agent.desk.ticketEvents(ticketId, { limit: 1 }));
    const second = dataOf(await agent.desk.ticketEvents(ticketId, { limit: 1, after: first.next }));
    const third = dataOf(await agent.desk.ticketEvents(ticketId, { limit: 1, after: second.next }));
    expect([first, second, third].map(({ events }) => events.map(({ type }: Told) => type))).toEqual([
      ['ticket.created'],
      ['ticket.assigned'],
      [],
    ]);
    dataOf(await customer.close(ticketId));
    const later = dataOf(await agent.desk.ticketEvents(ticketId, { after: third.next }));
    expect(later.events).toMatchObject([{ type: 'ticket.closed' }]);
  });

  it('misses nothing and repeats nothing while many write and one reads', async () => {
    const reader = await readerAtEnd(7);
    reader.seen.length = 0;
    const before = new Set(await allIds());
    let writing = true;
    const work = Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const ticketId = await openTicket(customer);
        for (let round = 0; round < 4; round += 1) {
          dataOf(await customer.addMessage(ticketId, { message: 'm' }));
          dataOf(await agent.desk.assign(ticketId, { agentId: `agent_${index}_${round}` }));
        }
      }),
    ).finally(() => {
      writing = false;
    });
    while (writing) await reader.read();
    await work;
    await reader.read(12 * 9 - reader.seen.length);
    const written = (await allIds()).filter((id) => !before.has(id));
    expect(written).toHaveLength(12 * 9);
    expect(idsOf(reader.seen).sort((a, b) => a - b)).toEqual(written);
    // Of each ticket in the order of what happened.
    for (const ticketId of new Set(reader.seen.map((event) => event.ticketId))) {
      const ids = idsOf(reader.seen.filter((event) => event.ticketId === ticketId));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
  });

  describe.runIf(inject('engine') === 'postgresql')('on PostgreSQL', () => {
    async function connect(): Promise<pg.Client & AsyncDisposable> {
      const client = new pg.Client({ connectionString: server.databaseUrl });
      await client.connect();
      return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
    }
    const insert = (ticketId: string, position = 'event_position()') => `
      INSERT INTO events (transaction_id, ticket_id, type, actor, before, after, created_at)
      VALUES (${position}, '${ticketId}', 'ticket.updated', 'agent_1', '{}', '{}', now()) RETURNING id`;

    it('shows nothing behind what a transaction has written that commits late', async () => {
      const [early, late] = [await openTicket(customer), await openTicket(customer)];
      const reader = await readerAtEnd();
      await using slow = await connect();
      await slow.query('BEGIN');
      const { rows } = await slow.query(insert(late));
      dataOf(await agent.desk.take(early));
      // Committed, and behind one that is not: a reader that had it would never see the other.
      expect(await reader.read()).toEqual([]);
      expect(dataOf(await agent.desk.ticketEvents(early)).events).toHaveLength(2);
      await slow.query('COMMIT');
      const news = await reader.read(2);
      expect(idsOf(news)[0]).toBe(Number(rows[0].id));
      expect(news.map(({ ticketId }) => ticketId)).toEqual([late, early]);
    });

    it('says by how much it is behind', async () => {
      const at = new Date();
      const lagAfter = (seconds: number) =>
        feedLag({ db: server.db.reader, clock: { now: () => new Date(at.getTime() + seconds * 1000) } });
      await using slow = await connect();
      await slow.query('BEGIN');
      await slow.query(insert(await openTicket(customer)));
      // Committed, and hidden by the other: it is as old as the clock says.
      await openTicket(customer);
      expect(await lagAfter(90)).toBeGreaterThan(80);
      await slow.query('ROLLBACK');
      await vi.waitFor(async () => expect(await lagAfter(90)).toBe(0), { timeout: 30_000, interval: 20 });
    });

    it('goes on past a transaction that is rolled back', async () => {
      const ticketId = await openTicket(customer);
      const reader = await readerAtEnd();
      await using slow = await connect();
      await slow.query('BEGIN');
      await slow.query(insert(ticketId));
      dataOf(await agent.desk.take(ticketId));
      await slow.query('ROLLBACK');
      expect(await reader.read(1)).toMatchObject([{ ticketId, type: 'ticket.assigned' }]);
    });

    it("keeps a ticket's order where the later change is of a transaction that began earlier", async () => {
      const ticketId = await openTicket(customer);
      const reader = await readerAtEnd();
      await using older = await connect();
      await older.query('BEGIN');
      await older.query('SELECT pg_current_xact_id()');
      dataOf(await agent.desk.take(ticketId));
      await older.query('SELECT 1 FROM tickets WHERE id = $1 FOR UPDATE', [ticketId]);
      await older.query(insert(ticketId));
      await older.query('COMMIT');
      expect((await reader.read(2)).map(({ type }) => type)).toEqual(['ticket.assigned', 'ticket.updated']);
    });

    it('goes on after a dump was restored to a server whose transactions have lower ids', async () => {
      const ticketId = await openTicket(customer);
      const url = server.databaseUrl;
      const reader = await readerAtEnd();
      await administer(url, insert(ticketId, '5000000000'));
      await expect(pendingMigrations({ ...MIGRATION_OPTIONS, url })).rejects.toThrow(/run npm run migrate/);
      // Twice: what has been brought forward stays where it is.
      for (let time = 0; time < 2; time += 1) await migrate({ ...MIGRATION_OPTIONS, url });
      expect(await pendingMigrations({ ...MIGRATION_OPTIONS, url })).toEqual([]);
      expect(await reader.read(1)).toMatchObject([{ ticketId, type: 'ticket.updated' }]);
      dataOf(await agent.desk.take(ticketId));
      expect(await reader.read(1)).toMatchObject([{ ticketId, type: 'ticket.assigned' }]);
      const [{ offset } = {}] = await administer(url, 'SELECT event_offset() AS offset');
      expect(Number(offset)).toBeGreaterThan(4_000_000_000);
    });
  });
});
