import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../handle.js';

/** The folder in this package, from `src/db` and from `dist/db` alike. */
const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/** Why a database can't be migrated, in one line that says what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, as Prisma records it. */
  checksum: string;
}

/** What `_prisma_migrations` says of one attempt. */
export interface MigrationRecord {
  migration_name: string;
  checksum: string;
  finished_at: unknown;
  rolled_back_at: unknown;
}

/** The migrations of one engine, oldest first. */
export async function readMigrations(engine: Engine, folder = MIGRATIONS): Promise<Migration[]> {
  const base = join(folder, engine);
  const entries = await readdir(base, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(base, name, 'migration.sql'), 'utf8');
      // It would end the transaction that makes a migration all or nothing.
      if (/(?:^|;)\s*(?:COMMIT|ROLLBACK)\b/im.test(sql)) {
        throw new MigrationError(`Migration ${name} must not COMMIT or ROLLBACK: it runs in a transaction already`);
      }
      return { name, sql, checksum: sha256(sql) };
    }),
  );
}

/**
 * What is still to be applied, in order.
 *
 * @param records null where the database has no table of migrations
 * @throws MigrationError if the records don't fit the files
 */
export function planMigrations(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[] | null,
  hasTables: boolean,
): Migration[] {
  if (records === null && hasTables) {
    throw new MigrationError(
      'The database has tables, but no record of migrations: point DATABASE_URL at an empty database of its own',
    );
  }
  const applied = new Set<string>();
  for (const record of records ?? []) {
    const { migration_name: name } = record;
    if (record.rolled_back_at !== null) continue;
    if (record.finished_at === null) {
      throw new MigrationError(
        `Migration ${name} failed halfway under another tool: repair the database, then mark it with \`npx prisma migrate resolve\``,
      );
    }
    const migration = migrations.find((candidate) => candidate.name === name);
    if (migration === undefined) {
      throw new MigrationError(
        `The database is newer than this build, which does not know its migration ${name}: run a newer build`,
      );
    }
    if (!isChecksumOf(record.checksum, migration)) {
      throw new MigrationError(
        `Migration ${name} is not the one that was applied to this database: restore its file and put the change in a new migration`,
      );
    }
    applied.add(name);
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

/** For a migration that got past readMigrations() with an `END`, say: what it has done can't be taken back. */
export function endedItsTransaction(name: string): MigrationError {
  return new MigrationError(
    `Migration ${name} ended the transaction that it ran in, and is not recorded: restore the database, and take the COMMIT, END or ROLLBACK out of it`,
  );
}

// Git may check the file out with CRLF; Prisma lets that pass too.
function isChecksumOf(checksum: string, { sql, checksum: exact }: Migration): boolean {
  const unix = sql.replaceAll('\r\n', '\n');
  return checksum === exact || checksum === sha256(unix) || checksum === sha256(unix.replaceAll('\n', '\r\n'));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
