import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { newKey } from '../support/idempotency.js';
import { LOAD_ENV } from '../support/load.js';
import { rawRows } from '../support/raw-rows.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { customerToken } from '../support/tokens.js';

const ENGINES = ['sqlite', 'postgresql'] as const;
// Several: one customer alone has a quarter of the places that there are.
const CUSTOMERS = Array.from({ length: 16 }, (_, index) => customerToken(`user_${index}`));
let opened = 0;

/** A ticket that somebody wants to open, once. */
class Wish {
  readonly key = newKey();
  readonly subject = `Ticket ${this.key}`;
  readonly #customer = CUSTOMERS[opened++ % CUSTOMERS.length];
  ticketId: string | undefined;

  /** Tells whether it was done. The connection may break. */
  async send(url: string): Promise<boolean> {
    const body = { subject: this.subject, description: 'd', categoryId: 'category_001' };
    const client = restClient(url, this.#customer, { 'idempotency-key': this.key });
    const answer = await client.post('/support/tickets', body).catch(() => undefined);
    if (answer?.status !== 200) return false;
    const { ticketId } = answer.body.data;
    expect(ticketId).toBe(this.ticketId ?? ticketId);
    this.ticketId = ticketId;
    return true;
  }
}

const storedTickets = async (url: string) => {
  const rows = await rawRows(url, 'SELECT id, subject FROM tickets ORDER BY id');
  return rows.map(({ id, subject }) => [subject, id]);
};
const known = (wishes: Wish[]) => wishes.map(({ subject, ticketId }) => [subject, ticketId]).sort(byId);
const byId = ([, one]: unknown[], [, other]: unknown[]) => (String(one) < String(other) ? -1 : 1);

describe.each(ENGINES)('clients that send again on %s', (engine) => {
  it('find one write each after kill -9, whether they were answered or not', async ({ annotate }) => {
    await using database = await createMigratedDatabase(engine);
    const env = { ...LOAD_ENV, DATABASE_URL: database.url };
    const first = await startServer({ env });
    const wishes: Wish[] = [];
    let done = 0;
    const killed = new Promise<void>((resolve) => {
      const client = async () => {
        for (;;) {
          const wish = new Wish();
          wishes.push(wish);
          if (!(await wish.send(first.url))) return;
          done += 1;
          if (done === 150) void first.stop('SIGKILL').then(() => resolve());
        }
      };
      for (let clients = 0; clients < 16; clients += 1) void client();
    });
    await killed;
    // The last answers have come, or never will.
    await vi.waitFor(() => expect(wishes.length - done).toBe(16));
    const unanswered = wishes.filter(({ ticketId }) => ticketId === undefined);

    await using second = await startServer({ env });
    const before = (await storedTickets(database.url)).length;
    expect(await Promise.all(wishes.map((wish) => wish.send(second.url)))).toEqual(wishes.map(() => true));
    expect(await storedTickets(database.url)).toEqual(known(wishes));
    await annotate(`${done} answered; of ${unanswered.length} that were not, ${before - done} had been stored`);
  });

  it('at once, to two instances, get one write and one answer', async () => {
    await using database = await createMigratedDatabase(engine);
    const env = { ...LOAD_ENV, DATABASE_URL: database.url };
    await using one = await startServer({ env });
    await using two = await startServer({ env });
    const wishes = Array.from({ length: 20 }, () => new Wish());
    for (const wish of wishes) {
      const tries = [one, two, one, two, one, two].map(({ url }) => wish.send(url));
      expect(await Promise.all(tries)).toEqual(tries.map(() => true));
    }
    expect(await storedTickets(database.url)).toEqual(known(wishes));

    // All of them together, in another order at each.
    const others = Array.from({ length: 12 }, () => new Wish());
    const tries = [
      ...others.map((wish) => wish.send(one.url)),
      ...[...others].reverse().map((wish) => wish.send(two.url)),
    ];
    expect(await Promise.all(tries)).toEqual(tries.map(() => true));
    expect(await storedTickets(database.url)).toEqual(known([...wishes, ...others]));
  });

  it('are not remembered for ever: a start removes what is older than 24 hours', async () => {
    await using database = await createMigratedDatabase(engine);
    const put = (hours: number) => {
      const time = new Date(Date.now() - hours * 3_600_000).toISOString().replace('Z', '+00:00');
      return rawRows(
        database.url,
        `INSERT INTO idempotency_records (user_id, key, fingerprint, response, created_at)
         VALUES ('user_${hours}', '${randomUUID()}', 'f', '{}', '${time}')`,
      );
    };
    for (const hours of [23, 25, 1000]) await put(hours);
    await using server = await startServer({ env: { ...LOAD_ENV, DATABASE_URL: database.url } });
    await vi.waitFor(
      () => {
        const lines = server.stdout.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
        expect(lines).toContainEqual(expect.objectContaining({ msg: 'job done', job: 'idempotency-expiry', count: 2 }));
      },
      { timeout: 20_000 },
    );
    expect(await rawRows(database.url, 'SELECT user_id FROM idempotency_records')).toEqual([{ user_id: 'user_23' }]);
    expect(await server.stop()).toBe(0);
  });
});
