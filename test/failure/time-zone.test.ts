import { describe, expect, inject, it } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { LOAD_ENV } from '../support/load.js';
import { administer } from '../support/postgresql-server.js';
import { rawRows } from '../support/raw-rows.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { customerToken } from '../support/tokens.js';

/** Half an hour and three quarters beside the full one, east and west: no mistake falls on a round number. */
const ZONES = ['UTC', 'America/St_Johns', 'Asia/Kathmandu'];
const DOCUMENTED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function timesIn(data: unknown): string[] {
  return [...JSON.stringify(data).matchAll(/"(?:\w+At|timestamp)":"([^"]*)"/g)].map(([, time]) => time as string);
}

describe.each(['sqlite', 'postgresql'] as const)('hosts in other time zones on %s', (engine) => {
  it('write and read the same moments, in UTC with Z', async () => {
    await using database = await createMigratedDatabase(engine);
    if (engine === 'postgresql') {
      const name = new URL(database.url).pathname.slice(1);
      await administer(inject('postgresqlUrl'), `ALTER DATABASE ${name} SET timezone = 'Asia/Kathmandu'`);
      await administer(inject('postgresqlUrl'), `ALTER DATABASE ${name} SET datestyle = 'SQL, DMY'`);
    }
    const env = { ...LOAD_ENV, DATABASE_URL: database.url };
    const servers = await Promise.all(ZONES.map((TZ) => startServer({ env: { ...env, TZ } })));
    try {
      const clients = servers.map(({ url }) => restClient(url, customerToken()));
      const begun = Date.now();
      const told: string[] = [];
      for (const { post } of clients) {
        const created = await post('/support/tickets', { subject: 's', description: 'd', categoryId: 'category_001' });
        const { ticketId } = created.body.data;
        told.push(created.body.data.createdAt);
        for (const other of clients) {
          const sent = await other.post(`/support/tickets/${ticketId}/messages`, { message: 'm' });
          told.push(sent.body.data.timestamp);
        }
        told.push((await post(`/support/tickets/${ticketId}/close`)).body.data.closedAt);
      }
      const ended = Date.now();
      for (const time of told) {
        expect(Date.parse(time)).toBeGreaterThanOrEqual(begun);
        // Each change is at least a millisecond later than the one before, and so may be a little ahead of the clock.
        expect(Date.parse(time)).toBeLessThanOrEqual(ended + told.length);
      }

      // Text without a zone, written and read in the same wrong zone, would look right to us, and to nobody else.
      const moment = engine === 'sqlite' ? 'created_at' : '(extract(epoch FROM created_at) * 1000)::float8';
      const stored = await rawRows(database.url, `SELECT ${moment} AS moment FROM messages`);
      const moments = stored.map((row) => new Date(row.moment as string | number).toISOString());
      expect(moments).toHaveLength(ZONES.length * ZONES.length);
      for (const one of moments) expect(told).toContain(one);

      const [inUtc, ...elsewhere] = await Promise.all(
        clients.map(async ({ get }) => {
          const { data: list } = (await get('/support/tickets')).body;
          const tickets = await Promise.all(
            list.map(
              async ({ ticketId }: { ticketId: string }) => (await get(`/support/tickets/${ticketId}`)).body.data,
            ),
          );
          return { list, tickets };
        }),
      );
      for (const there of elsewhere) expect(there).toEqual(inUtc);
      const read = timesIn(inUtc);
      // Of each ticket: two in the list, one of its own and its messages.
      expect(read).toHaveLength(ZONES.length * (3 + ZONES.length));
      for (const time of [...read, ...told]) expect(time).toMatch(DOCUMENTED);
      for (const time of read) expect(told).toContain(time);
    } finally {
      for (const server of servers) await server.stop();
    }
  });
});
