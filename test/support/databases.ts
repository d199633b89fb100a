import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Engine } from '../../src/db/handle.js';
import { administer, databaseUrl } from './postgresql-server.js';

export interface TestDatabase extends AsyncDisposable {
  /** For DATABASE_URL. */
  url: string;
}

/** A database of its own, empty: the server migrates it when it starts. */
export function createTestDatabase(engine: Engine): Promise<TestDatabase> {
  return engine === 'sqlite' ? sqliteDatabase(() => {}) : postgresqlDatabase('template1');
}

/** A database of its own, migrated. Much faster than migrating one. */
export function createMigratedDatabase(engine: Engine): Promise<TestDatabase> {
  return engine === 'sqlite'
    ? sqliteDatabase((path) => copyFileSync(inject('sqliteTemplate'), path))
    : postgresqlDatabase(inject('postgresqlTemplate'));
}

async function sqliteDatabase(fill: (path: string) => void): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'support-api-test-'));
  const path = join(folder, 'support.db');
  fill(path);
  return {
    url: `file:${path}`,
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function postgresqlDatabase(template: string): Promise<TestDatabase> {
  const server = inject('postgresqlUrl');
  const name = `support_test_${randomUUID().replaceAll('-', '')}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: databaseUrl(server, name),
    async [Symbol.asyncDispose]() {
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
