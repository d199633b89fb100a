import { readMigrations } from '../src/db/migrations/plan.js';
import { openSqlite } from '../src/db/sqlite/open.mjs';

// Prisma's SQL, completed by what its models can't say and both engines need.

/** The named CHECKs of each SQLite table that the migrations in a folder make. */
export async function checksOf(migrationsDir: string): Promise<Map<string, string[]>> {
  const tables = await schemaOf<{ name: string; sql: string }>(
    migrationsDir,
    `SELECT name, sql FROM sqlite_schema WHERE type = 'table'`,
  );
  return new Map(tables.map(({ name, sql }) => [name, sql.match(/(?<=^\s*)CONSTRAINT "\w+" CHECK \(.*\)/gm) ?? []]));
}

/**
 * SQLite can't change most of a table: Prisma makes a new one and copies the rows, without the CHECKs that the models
 * don't know of. Here the new table gets them.
 */
export function withChecks(sql: string, checks: ReadonlyMap<string, readonly string[]>): string {
  return sql.replace(/^CREATE TABLE "new_(\w+)" \(\n[\s\S]*?(?=\n\);)/gm, (statement, table: string) =>
    [statement, ...(checks.get(table) ?? [])].join(',\n    '),
  );
}

/** The triggers of SQLite's that the migrations in a folder make. */
export interface Trigger {
  name: string;
  table: string;
  sql: string;
}

export function triggersOf(migrationsDir: string): Promise<Trigger[]> {
  return schemaOf<Trigger>(
    migrationsDir,
    `SELECT name, tbl_name AS "table", sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name`,
  );
}

/** What a SQLite database says of itself after the migrations in a folder. */
async function schemaOf<Row>(migrationsDir: string, query: string): Promise<Row[]> {
  const database = openSqlite(':memory:');
  try {
    for (const { sql } of await readMigrations('sqlite', migrationsDir)) database.exec(sql);
    return database.prepare<[], Row>(query).all();
  } finally {
    database.close();
  }
}

/**
 * A table that SQLite makes anew loses its triggers without a word, and one that triggers of others speak of can't be
 * renamed while they are there. Here they are dropped before it, and made again as they were afterwards.
 */
export function withTriggers(sql: string, triggers: readonly Trigger[]): string {
  const rebuilt = [...sql.matchAll(/^CREATE TABLE "new_(\w+)" \(/gm)].map(([, table]) => table as string);
  const concerned = triggers.filter(({ table, sql: own }) =>
    rebuilt.some((name) => table === name || new RegExp(`\\b${name}\\b`).test(own)),
  );
  if (concerned.length === 0) return sql;
  const drops = concerned.map(({ name }) => `DROP TRIGGER "${name}";`);
  return [
    '-- Made again below: SQLite would drop them together with the table.',
    ...drops,
    '',
    sql.trimEnd(),
    '',
    ...concerned.map((trigger) => `${trigger.sql};\n`),
  ].join('\n');
}

/** PostgreSQL orders and compares text by the server's locale unless a column says otherwise; SQLite goes by bytes. */
export function withCollation(sql: string): string {
  return sql.replace(/("\w+"|SET DATA TYPE)( +)TEXT(\[\])?(?=[ ,;\n])/g, '$1$2TEXT$3 COLLATE "C"');
}
