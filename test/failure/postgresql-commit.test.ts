import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { createMigratedDatabase } from '../support/databases.js';
import { newKey, withKey } from '../support/idempotency.js';
import { SURFACES } from '../support/surfaces.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { dataOf, NEW_TICKET } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';

const traps = [
  ['breaks before it arrives', 0],
  ['breaks before the answer', 1],
  ['is silent from the answer on', 1],
] as const;

describe.each(SURFACES)('a connection that fails at COMMIT over %s', (_name, open) => {
  it.each(traps)('%s: a 503, nothing twice, and a line that says nobody knows', async (what, stored) => {
    await using database = await createMigratedDatabase('postgresql');
    const url = new URL(database.url);
    await using proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    const env = { DATABASE_URL: url.href, LOG_LEVEL: 'error', REQUEST_TIMEOUT_MS: '5000' };
    await using app = await startApp({ env });
    const customer = open(app.url, customerToken());
    // What comes first takes longer, and its time must not be over before the commit.
    expect(await customer.list()).toMatchObject({ ok: true });

    proxy.trap('COMMIT', what);
    const ticket = { subject: 's', description: 'd', categoryId: 'category_001' };
    expect(await customer.create(ticket)).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });

    expect(app.logs).toContainEqual(
      expect.objectContaining({ err: expect.objectContaining({ type: 'UnknownOutcomeError' }) }),
    );
    expect(await app.db.reader.ticket.count()).toBe(stored);
    proxy.cutSilent();
  });

  it.each(traps)('%s: sent again under its key, it is done once', async (what, stored) => {
    await using database = await createMigratedDatabase('postgresql');
    const url = new URL(database.url);
    await using proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    await using app = await startApp({ env: { DATABASE_URL: url.href, REQUEST_TIMEOUT_MS: '5000' } });
    const customer = withKey(open, app.url, customerToken(), newKey());
    expect(await customer.list()).toMatchObject({ ok: true });

    proxy.trap('COMMIT', what);
    expect(await customer.create(NEW_TICKET)).toMatchObject({ status: 503 });
    proxy.cutSilent();
    const again = await customer.create(NEW_TICKET);
    expect(again.headers.get('idempotency-replayed')).toBe(stored === 1 ? 'true' : null);
    const rows = await app.db.reader.ticket.findMany();
    expect(rows.map(({ id }) => id)).toEqual([dataOf(again).ticketId]);
  });
});
