import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Engine } from '../src/db/handle.js';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { checksOf, triggersOf, withChecks, withCollation, withTriggers } from './migration-sql.js';
import { withSchemaEngine } from './schema-engine.js';

const USAGE = 'Usage: npm run migration -- <name> [--empty]   (a name such as add_watchers)';
const MIGRATIONS = fileURLToPath(new URL('../prisma/migrations', import.meta.url));
const ENGINES = ['sqlite', 'postgresql'] as const;

export interface NewMigrationOptions {
  /** Lower case, digits and `_`. */
  name: string;
  /** Of a user who may create databases: migrations are replayed in one that is dropped afterwards. */
  postgresqlUrl: string;
  /** Also where migrations and models agree: for data, or what the models can't say. */
  empty?: boolean;
  /** Holds a folder for each engine; this repository's unless given. */
  migrationsDir?: string;
  /** The text of prisma/schema.prisma unless given. */
  schema?: string;
}

/**
 * Writes the migration that leads from those so far to prisma/schema.prisma, for both engines under one name.
 *
 * @returns the files written; none where there is nothing to change
 */
export async function newMigration(options: NewMigrationOptions): Promise<string[]> {
  const { name, postgresqlUrl, empty = false, migrationsDir = MIGRATIONS, schema } = options;
  if (!/^[a-z][a-z0-9_]{0,99}$/.test(name)) throw new Error(`Not a name for a migration: ${name}\n${USAGE}`);
  const missing = (engine: Engine, url: string) =>
    withSchemaEngine({ engine, url, migrationsDir, ...(schema !== undefined && { schema }) }, (prisma) =>
      prisma.missing(),
    );
  const changes = {
    sqlite: await missing('sqlite', ':memory:'),
    postgresql: await missing('postgresql', postgresqlUrl),
  };
  if (!empty && changes.sqlite === undefined && changes.postgresql === undefined) return [];

  const sql = {
    sqlite:
      changes.sqlite &&
      withTriggers(withChecks(changes.sqlite, await checksOf(migrationsDir)), await triggersOf(migrationsDir)),
    postgresql: changes.postgresql && withCollation(changes.postgresql),
  };
  const folder = `${timestamp()}_${name}`;
  await refuseIfNotNewest(migrationsDir, folder);
  const files: string[] = [];
  for (const engine of ENGINES) {
    const file = join(migrationsDir, engine, folder, 'migration.sql');
    await mkdir(join(migrationsDir, engine, folder));
    await writeFile(file, sql[engine] ?? `-- Nothing changes on ${engine}.\n`);
    files.push(file);
  }
  return files;
}

/** As Prisma names its folders: UTC, to the second. */
function timestamp(): string {
  return new Date().toISOString().replace(/\D/g, '').slice(0, 14);
}

async function refuseIfNotNewest(migrationsDir: string, folder: string): Promise<void> {
  for (const engine of ENGINES) {
    const newest = (await readdir(join(migrationsDir, engine)))
      .filter((name) => /^\d/.test(name))
      .sort()
      .at(-1);
    if (newest === undefined || newest < folder) continue;
    throw new Error(`${folder} would not come after ${newest}: is the clock right?`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { empty: { type: 'boolean', default: false } },
  });
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new Error(USAGE);
  const server = await findPostgresql();
  try {
    const files = await newMigration({ name, empty: values.empty, postgresqlUrl: server.url });
    const lines = files.map((file) => relative(process.cwd(), file));
    process.stdout.write(
      files.length > 0
        ? `${lines.join('\n')}\nRead both before you commit them.\n`
        : 'The migrations say all that prisma/schema.prisma says; --empty makes one to fill by hand\n',
    );
  } finally {
    await server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
