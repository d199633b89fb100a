import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { LOAD_ENV } from '../support/load.js';
import { administer } from '../support/postgresql-server.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { customerToken } from '../support/tokens.js';

/** For root no file is read-only, unless it gives up that right. */
const under = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

const PATIENCE = { timeout: 30_000 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'support-api-read-only-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Each gives the path of the database that it has made. */
const cases: [string, () => string][] = [
  [
    'a read-only file',
    () => {
      const path = join(folder, 'support.db');
      copyFileSync(inject('sqliteTemplate'), path);
      chmodSync(path, 0o444);
      return path;
    },
  ],
  [
    'a file in a read-only folder',
    () => {
      const data = join(folder, 'data');
      mkdirSync(data);
      copyFileSync(inject('sqliteTemplate'), join(data, 'support.db'));
      chmodSync(data, 0o555);
      return join(data, 'support.db');
    },
  ],
  [
    'a folder that can not be made',
    () => {
      const data = join(folder, 'data');
      mkdirSync(data);
      chmodSync(data, 0o555);
      return join(data, 'new', 'support.db');
    },
  ],
];

describe.each(['true', 'false'])('with MIGRATE_ON_START=%s', (MIGRATE_ON_START) => {
  it.each(cases)('%s: one plain line, and no start', async (_what, make) => {
    const env = { ...LOAD_ENV, MIGRATE_ON_START, DATABASE_URL: `file:${make()}` };
    await expect(startServer({ env, under })).rejects.toThrow(
      /^The server ended before it listened:\nsupport-api: [^\n]*(?:EACCES: permission denied|attempt to write a readonly database|Migrations are pending)[^\n]*$/,
    );
  });
});

it('a PostgreSQL that has become read-only, a standby for instance: 503 for writes, and reads go on', async () => {
  await using database = await createMigratedDatabase('postgresql');
  const name = new URL(database.url).pathname.slice(1);
  const become = async (readOnly: 'on' | 'off') => {
    await administer(inject('postgresqlUrl'), `ALTER DATABASE ${name} SET default_transaction_read_only = ${readOnly}`);
    await administer(
      inject('postgresqlUrl'),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
  };
  await using server = await startServer({ env: { ...LOAD_ENV, DATABASE_URL: database.url } });
  const api = restClient(server.url, customerToken());
  const create = () => api.post('/support/tickets', { subject: 's', description: 'd', categoryId: 'category_001' });
  const stored = async () => (await api.get('/support/tickets')).body.data.length;

  await become('on');
  // The first one may meet a connection that was just ended.
  expect(await vi.waitFor(stored, PATIENCE)).toBe(0);
  expect(await create()).toMatchObject({ status: 503, body: { error: { code: 'SERVICE_UNAVAILABLE' } } });
  await vi.waitFor(() => expect(server.stdout.join()).toContain('in a read-only transaction'), PATIENCE);
  await become('off');
  await vi.waitFor(async () => expect((await create()).status).toBe(200), PATIENCE);
  expect(await stored()).toBe(1);
});
