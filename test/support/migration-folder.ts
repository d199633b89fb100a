import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Engine } from '../../src/db/handle.js';
import { type MigrateOptions, migrate } from '../../src/db/migrations/migrate.js';

/** What a test's migrations run with. */
export const MIGRATION_OPTIONS = {
  pool: { connectTimeoutMs: 10_000 },
  sqlite: { synchronous: 'NORMAL', busyTimeoutMs: 60_000 },
} as const;

/** Migrates `url` with the real migrations, unless `options` say otherwise. */
export function migrateUrl(url: string, options: Partial<MigrateOptions> = {}): Promise<{ applied: string[] }> {
  return migrate({ ...MIGRATION_OPTIONS, url, ...options });
}

/** A folder of migrations, gone after the test. `write` adds one for each of its engines, or changes it. */
export function migrationFolder(...engines: Engine[]) {
  const migrationsDir = mkdtempSync(join(tmpdir(), 'support-api-migrations-'));
  onTestFinished(() => rmSync(migrationsDir, { recursive: true }));
  for (const engine of engines) mkdirSync(join(migrationsDir, engine));
  return {
    migrationsDir,
    write(name: string, sql: string) {
      for (const engine of engines) {
        mkdirSync(join(migrationsDir, engine, name), { recursive: true });
        writeFileSync(join(migrationsDir, engine, name, 'migration.sql'), sql);
      }
    },
    remove(name: string) {
      for (const engine of engines) rmSync(join(migrationsDir, engine, name), { recursive: true });
    },
    /** The real ones. */
    copyReal() {
      const real = join(import.meta.dirname, '../../prisma/migrations');
      for (const engine of engines) cpSync(join(real, engine), join(migrationsDir, engine), { recursive: true });
    },
  };
}
