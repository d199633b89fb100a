import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/db/migrations/migrate.js';
import { findPostgresql } from './find-postgresql.js';
import { administer, databaseUrl } from './postgresql-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The engine that this project runs on; set by vitest.config.ts. */
    engine: 'sqlite' | 'postgresql';
    /** Where this project keeps files: a folder, unless it says otherwise. */
    store: 's3' | undefined;
    /** A PostgreSQL server where we may create databases. */
    postgresqlUrl: string;
    /** A migrated SQLite file, to copy. */
    sqliteTemplate: string;
    /** The name of a migrated PostgreSQL database, to copy. */
    postgresqlTemplate: string;
  }
}

const MIGRATION_OPTIONS = {
  pool: { connectTimeoutMs: 10_000 },
  sqlite: { synchronous: 'NORMAL', busyTimeoutMs: 5000 },
} as const;

interface Prepared {
  provide(project: TestProject): void;
  remove(): Promise<void>;
}

/** Vitest calls setup() for each of its projects, each time with modules of its own, in one process. */
const shared = globalThis as { supportApiTests?: { prepared: Promise<Prepared>; users: number } };

/** Once for a whole run: a PostgreSQL server, and a migrated database of each engine that tests copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.supportApiTests ??= { prepared: prepare(), users: 0 };
  const run = shared.supportApiTests;
  run.users += 1;
  (await run.prepared).provide(project);
  return async () => {
    run.users -= 1;
    if (run.users > 0) return;
    delete shared.supportApiTests;
    await (await run.prepared).remove();
  };
}

async function prepare(): Promise<Prepared> {
  const server = await findPostgresql();
  const folder = mkdtempSync(join(tmpdir(), 'support-api-template-'));
  const sqliteTemplate = join(folder, 'template.db');
  const postgresqlTemplate = `support_template_${randomUUID().replaceAll('-', '')}`;

  await migrate({ ...MIGRATION_OPTIONS, url: `file:${sqliteTemplate}` });
  await administer(server.url, `CREATE DATABASE ${postgresqlTemplate}`);
  await migrate({ ...MIGRATION_OPTIONS, url: databaseUrl(server.url, postgresqlTemplate) });

  return {
    provide(project) {
      project.provide('postgresqlUrl', server.url);
      project.provide('sqliteTemplate', sqliteTemplate);
      project.provide('postgresqlTemplate', postgresqlTemplate);
    },
    async remove() {
      await administer(server.url, `DROP DATABASE IF EXISTS ${postgresqlTemplate} WITH (FORCE)`);
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
