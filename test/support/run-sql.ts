import pg from 'pg';
import { openSqlite } from '../../src/db/sqlite/open.mjs';

type Row = Record<string, unknown>;

/** Runs SQL on a database of either engine with its bare driver, and gives the rows of a single SELECT. */
export async function runSql(url: string, sql: string): Promise<Row[]> {
  if (url.startsWith('file:')) {
    const database = openSqlite(url.slice('file:'.length));
    try {
      if (/^\s*(?:SELECT|PRAGMA)/i.test(sql)) return database.prepare<[], Row>(sql).all();
      database.exec(sql);
      return [];
    } finally {
      database.close();
    }
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}

/** The names of all tables that somebody made. */
export async function tableNames(url: string): Promise<string[]> {
  const rows = await runSql(
    url,
    url.startsWith('file:')
      ? `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name`
      : `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  return rows.map(({ name }) => String(name));
}
