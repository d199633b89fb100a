import { sqlitePath } from '../../src/db/sqlite/connection.js';
import { openSqlite } from '../../src/db/sqlite/open.mjs';
import { administer } from './postgresql-server.js';

/** Runs one statement past the service, by the engine's own driver, and gives its rows. */
export async function rawRows(databaseUrl: string, sql: string): Promise<Record<string, unknown>[]> {
  if (!databaseUrl.startsWith('file:')) return administer(databaseUrl, sql);
  const database = openSqlite(sqlitePath(databaseUrl));
  try {
    const statement = database.prepare(sql);
    if (statement.reader) return statement.all() as Record<string, unknown>[];
    statement.run();
    return [];
  } finally {
    database.close();
  }
}
