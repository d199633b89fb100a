import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { type OpenStream, openStream, type ServerSentEvent, STREAMS } from '../support/event-stream.js';
import { freePort } from '../support/free-port.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { openRest } from '../support/surfaces.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { dataOf, openTicket } from '../support/tickets.js';
import { agentToken, customerToken } from '../support/tokens.js';

const ENGINES = ['sqlite', 'postgresql'] as const;
const ENV = { ...LOAD_ENV, LIVE_POLL_MS: '50' };
const PATIENCE = { timeout: 60_000, interval: 50 };
const PAUSE_MS = 50;

/** A reader as docs/live.md describes one: comes back with the last id, whatever happens, until it is told to stop. */
class Reader implements AsyncDisposable {
  readonly events: ServerSentEvent[] = [];
  /** How each stream began. */
  readonly resumed: boolean[] = [];
  readonly #path: (after?: string) => string;
  readonly #token: string;
  readonly #done: Promise<void>;
  #lastId: string | undefined;
  #open: OpenStream | undefined;
  #isStopping = false;

  constructor(path: (after?: string) => string, token: string) {
    this.#path = path;
    this.#token = token;
    this.#done = this.#read();
  }

  get ticketIds(): unknown[] {
    return this.events.map(({ data }) => data.ticketId);
  }

  async #read(): Promise<void> {
    while (!this.#isStopping) {
      this.#open = await openStream(this.#path(this.#lastId), this.#token).catch(() => undefined);
      for (let one = await this.#open?.value(); one !== undefined; one = await this.#open?.value()) {
        this.#lastId = one.id;
        if (one.data.type === 'ready') this.resumed.push(one.data.resumed);
        else this.events.push(one);
      }
      await sleep(PAUSE_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#open?.close();
    await this.#done;
  }
}

async function feedOf(server: RunningServer): Promise<{ eventId: number }[]> {
  const agent = openRest(server.url, agentToken());
  const events: { eventId: number }[] = [];
  for (let after: string | undefined; ; ) {
    const page = dataOf(await agent.desk.events({ limit: 100, ...(after && { after }) }));
    if (page.events.length === 0) return events;
    events.push(...page.events);
    after = page.next;
  }
}

const idsOf = (events: readonly { eventId: number }[]) => events.map(({ eventId }) => eventId);

describe.each(ENGINES)('kill -9 while streams are open on %s', (engine) => {
  it('leaves no gap and no repetition for whoever comes back, over REST and tRPC', async ({ annotate }) => {
    await using database = await createMigratedDatabase(engine);
    // Clients come back to where it was.
    const env = { ...ENV, DATABASE_URL: database.url, PORT: String(await freePort()) };
    const first = await startServer({ env });
    const readers = STREAMS.map(([, stream]) => new Reader((after) => first.url + stream.desk(after), agentToken()));
    await vi.waitFor(() => expect(readers.map(({ resumed }) => resumed)).toEqual([[false], [false]]), PATIENCE);
    const load = startLoad([first.url]);
    await load.until((ledger) => ledger.count('acknowledged') >= 100);
    await first.stop('SIGKILL');
    await load.stop();

    await using second = await startServer({ env });
    const after = startLoad([second.url]);
    await after.until((ledger) => ledger.count('acknowledged') >= 50);
    await after.stop();
    const ticketId = await openTicket(openRest(second.url, customerToken('user_last')));
    await vi.waitFor(() => {
      for (const { ticketIds } of readers) expect(ticketIds.at(-1)).toBe(ticketId);
    }, PATIENCE);
    const written = idsOf(await feedOf(second));
    for (const reader of readers) {
      expect(reader.resumed).toEqual([false, true]);
      expect(idsOf(reader.events.map(({ data }) => data))).toEqual(written);
      await reader[Symbol.asyncDispose]();
    }
    await annotate(`1 kill, ${written.length} events, each once and in order`);
  });
});

describe.each(ENGINES)('SIGTERM while streams are open on %s', (engine) => {
  it('ends each with a hint when to come back, and the server leaves with 0 at once', async ({ annotate }) => {
    await using database = await createMigratedDatabase(engine);
    // It would leave with 1 if it waited for them until then.
    const env = { ...ENV, DATABASE_URL: database.url, SHUTDOWN_TIMEOUT_MS: '5000' };
    await using server = await startServer({ env });
    const streams = await Promise.all([
      ...STREAMS.map(([, stream]) => openStream(server.url + stream.desk(), agentToken())),
      ...STREAMS.map(([, stream]) => openStream(server.url + stream.support(), customerToken())),
    ]);
    for (const stream of streams) await stream.value();
    const since = performance.now();
    const stopped = server.stop('SIGTERM');
    for (const stream of streams) {
      expect(await stream.rest()).toEqual([
        { retry: expect.stringMatching(/^[12]\d{3}$/), event: 'end', data: { reason: 'stopping' } },
      ]);
    }
    const ms = Math.round(performance.now() - since);
    expect(await stopped).toBe(0);
    await annotate(`all streams had ended after ${ms} ms`);
  });
});

describe('two instances on one PostgreSQL', () => {
  it('tell of what the other one wrote, and go on where a stream of the other one was', async () => {
    await using database = await createMigratedDatabase('postgresql');
    const env = { ...ENV, DATABASE_URL: database.url };
    await using one = await startServer({ env });
    await using other = await startServer({ env });
    const customer = openRest(other.url, customerToken('user_1'));
    for (const [, stream] of STREAMS) {
      await using desk = await openStream(one.url + stream.desk(), agentToken());
      await using support = await openStream(one.url + stream.support(), customerToken('user_1'));
      await desk.value();
      await support.value();
      const ticketId = await openTicket(customer);
      const [told] = await desk.values(1);
      const [seen] = await support.values(1);
      expect([told?.data.ticketId, seen?.data]).toEqual([ticketId, { type: 'ticket.created', ticketId }]);
      dataOf(await customer.addMessage(ticketId, { message: 'm' }));

      await using deskAgain = await openStream(other.url + stream.desk(told?.id), agentToken());
      await using supportAgain = await openStream(other.url + stream.support(seen?.id), customerToken('user_1'));
      for (const again of [deskAgain, supportAgain]) {
        const [ready, added] = await again.values(2);
        expect(ready?.data).toEqual({ type: 'ready', resumed: true });
        expect(added?.data).toMatchObject({ type: 'message.added', ticketId });
      }
    }
  });
});

describe('PostgreSQL is away while streams are open', () => {
  const opened: AsyncDisposable[] = [];
  afterAll(async () => {
    for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
  });

  it('they go on when it is back, without a gap, and say nothing wrong meanwhile', async () => {
    const database = await createMigratedDatabase('postgresql');
    const { hostname, port } = new URL(database.url);
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    opened.push(database, proxy);
    const throughProxy = new URL(database.url);
    throughProxy.port = String(proxy.port);
    const env = { ...ENV, DATABASE_URL: throughProxy.href, POOL_CONNECT_TIMEOUT_MS: '1000' };
    await using server = await startServer({ env });
    const customer = openRest(server.url, customerToken('user_1'));
    const [[, rest], [, trpc]] = STREAMS as [(typeof STREAMS)[number], (typeof STREAMS)[number]];
    await using desk = new Reader((after) => server.url + rest.presence(after), agentToken());
    await using support = new Reader((after) => server.url + trpc.support(after), customerToken('user_1'));
    await vi.waitFor(() => expect([...desk.resumed, ...support.resumed]).toEqual([false, false]), PATIENCE);
    const before = await openTicket(customer);
    await vi.waitFor(() => expect(support.ticketIds).toEqual([before]), PATIENCE);

    proxy.refuse();
    await vi.waitFor(
      () => expect(server.stdout.some((line) => line.includes('events cannot be read'))).toBe(true),
      PATIENCE,
    );
    expect((await customer.create()).status).not.toBe(200);
    await proxy.accept();
    const ticketId = await vi.waitFor(() => openTicket(customer), PATIENCE);
    await vi.waitFor(() => {
      expect(support.ticketIds).toEqual([before, ticketId]);
      expect(desk.ticketIds).toEqual([before, ticketId]);
    }, PATIENCE);
    // The streams that were open have stayed so.
    expect([desk.resumed, support.resumed]).toEqual([[false], [false]]);
  });
});
