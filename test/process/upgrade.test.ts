import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/db/migrations/migrate.js';
import { createTestDatabase } from '../support/databases.js';
import { LOAD_ENV } from '../support/load.js';
import { provideDriver } from '../support/project.js';
import { rawRows } from '../support/raw-rows.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { customerToken } from '../support/tokens.js';

const ENGINES = ['sqlite', 'postgresql'] as const;
const root = join(import.meta.dirname, '../..');
const migrations = join(root, 'prisma/migrations');
/** A migration of the version to come. Applied twice, it fails or leaves two rows. */
const LATER = '99991231000000_later';
const LATER_SQL = 'CREATE TABLE later (n INTEGER NOT NULL); INSERT INTO later VALUES (1);';

let folder: string;
/** The first version's migrations, and a build of the version to come. */
let first: string;
let next: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'support-api-upgrade-'));
  first = join(folder, 'first');
  next = join(folder, 'next');
  for (const part of ['dist', 'prisma/migrations', 'openapi.json', 'package.json']) {
    cpSync(join(root, part), join(next, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(next, 'node_modules'));
  provideDriver(next);
  for (const engine of ENGINES) {
    const [oldest] = migrationsOf(engine);
    cpSync(join(migrations, engine, oldest as string), join(first, engine, oldest as string), { recursive: true });
    mkdirSync(join(next, 'prisma/migrations', engine, LATER));
    writeFileSync(join(next, 'prisma/migrations', engine, LATER, 'migration.sql'), LATER_SQL);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function migrationsOf(engine: string): string[] {
  const entries = readdirSync(join(migrations, engine), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

const TICKET_ID = 'ticket_019b76da-a800-7000-8000-000000000001';
const TIME = '2026-01-01T00:00:00.000+00:00';

describe.each(ENGINES)('instances that start at once on an old %s database', (engine) => {
  it('bring it up to date once, keep what is in it, and all serve', async () => {
    await using database = await createTestDatabase(engine);
    await migrate({
      url: database.url,
      migrationsDir: first,
      pool: { connectTimeoutMs: 10_000 },
      sqlite: { synchronous: 'FULL', busyTimeoutMs: 10_000 },
    });
    await rawRows(
      database.url,
      `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, message_count,
         created_at, updated_at)
       VALUES ('${TICKET_ID}', 'user_123', 's', 'd', 'Open', 'High', 'category_001', '[]', 1, '${TIME}', '${TIME}')`,
    );
    await rawRows(
      database.url,
      `INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
       VALUES ('msg_019b76da-a800-7000-8000-000000000002', '${TICKET_ID}', 1, 'user_123', 'old', '[]', '${TIME}')`,
    );

    const env = { ...LOAD_ENV, DATABASE_URL: database.url };
    const servers = await Promise.all([1, 2, 3].map(() => startServer({ env, root: next })));
    try {
      for (const [n, { url }] of servers.entries()) {
        const api = restClient(url, customerToken('user_123'));
        const sent = await api.post(`/support/tickets/${TICKET_ID}/messages`, { message: `new ${n}` });
        expect(sent.status).toBe(200);
      }
      for (const { url } of servers) {
        const { body } = await restClient(url, customerToken('user_123')).get(`/support/tickets/${TICKET_ID}`);
        expect(body.data.messages.map(({ content }: { content: string }) => content)).toEqual([
          'old',
          'new 0',
          'new 1',
          'new 2',
        ]);
      }
      const recorded = await rawRows(database.url, 'SELECT migration_name FROM _prisma_migrations ORDER BY 1');
      expect(recorded.map((row) => row.migration_name)).toEqual([...migrationsOf(engine), LATER]);
      expect(await rawRows(database.url, 'SELECT n FROM later')).toEqual([{ n: 1 }]);
    } finally {
      for (const server of servers) await server.stop();
    }
  });
});
