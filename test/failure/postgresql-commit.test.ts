import { describe, expect, it } from 'vitest';
import { UnknownOutcomeError } from '../../src/db/driver-errors.js';
import { startApp } from '../support/app.js';
import { createMigratedDatabase } from '../support/databases.js';
import { newKey, withKey } from '../support/idempotency.js';
import { SURFACES } from '../support/surfaces.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { textStatement } from '../support/text-statement.js';
import { dataOf, NEW_TICKET } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';

const insert = textStatement<{ id: string }>(
  'commit test insert',
  `INSERT INTO categories (id, name, description, position) VALUES (:id, :id, 'd', 1)`,
);

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

describe('a connection that fails at the COMMIT of work on models', () => {
  it.each(traps)('%s: a 503, stored or not, and not tried again', async (what, stored) => {
    await using database = await createMigratedDatabase('postgresql');
    const url = new URL(database.url);
    await using proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    await using app = await startApp({
      env: { DATABASE_URL: url.href, POOL_STATEMENT_TIMEOUT_MS: '1000', LONG_STATEMENT_TIMEOUT_MS: '1000' },
    });
    const count = () => app.db.reader.category.count({ where: { id: 'a' } });
    expect(await count()).toBe(0);

    proxy.trap('COMMIT', what);
    const deadline = { expired: false, leftMs: 60_000, commits: 0 };
    let attempts = 0;
    const written = app.db.transaction(
      (tx) => {
        attempts += 1;
        return tx.category.create({ data: { id: 'a', name: 'a', description: 'd', position: 1 } });
      },
      { deadline },
    );
    await expect(written).rejects.toMatchObject({
      appCode: 'SERVICE_UNAVAILABLE',
      cause: expect.any(UnknownOutcomeError),
    });
    expect([attempts, deadline.commits]).toEqual([1, 1]);
    expect(await count()).toBe(stored);
    proxy.cutSilent();
  });
});

describe('a connection that fails at the COMMIT that several requests share', () => {
  it.each(traps)('%s: a 503 for each, all of them stored or none', async (what, stored) => {
    await using database = await createMigratedDatabase('postgresql');
    const url = new URL(database.url);
    await using proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    await using app = await startApp({
      env: { DATABASE_URL: url.href, POOL_STATEMENT_TIMEOUT_MS: '1000', LONG_STATEMENT_TIMEOUT_MS: '1000' },
    });
    await app.db.ping();

    proxy.trap('COMMIT', what);
    const deadline = { expired: false, leftMs: 60_000, commits: 0 };
    const write = (id: string) => app.db.write((sql) => sql.run(insert, { id }), { single: true, owner: id, deadline });
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map(write));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        reason: { appCode: 'SERVICE_UNAVAILABLE', cause: expect.any(UnknownOutcomeError) },
      });
    }
    expect(deadline.commits).toBe(3);
    expect(await app.db.reader.category.count({ where: { id: { in: ['a', 'b', 'c'] } } })).toBe(stored * 3);
    proxy.cutSilent();
  });

  it('breaks before that: each is done by itself', async () => {
    await using database = await createMigratedDatabase('postgresql');
    const url = new URL(database.url);
    await using proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    await using app = await startApp({ env: { DATABASE_URL: url.href } });
    await app.db.ping();

    proxy.trap('lock_timeout', 'breaks before it arrives');
    const write = (id: string) => app.db.write((sql) => sql.run(insert, { id }), { single: true, owner: id });
    expect(await Promise.all(['a', 'b', 'c'].map(write))).toEqual([1, 1, 1]);
    expect(await app.db.reader.category.count({ where: { id: { in: ['a', 'b', 'c'] } } })).toBe(3);
  });
});
