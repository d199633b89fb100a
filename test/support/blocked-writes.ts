import pg from 'pg';
import { sqlitePath } from '../../src/db/sqlite/connection.js';
import { openSqlite } from '../../src/db/sqlite/open.mjs';

/** From now on every request that opens a ticket waits, until the function that this resolves to is called. */
export async function blockNewTickets(databaseUrl: string): Promise<() => Promise<void>> {
  if (databaseUrl.startsWith('file:')) {
    const database = openSqlite(sqlitePath(databaseUrl));
    database.exec('BEGIN IMMEDIATE');
    return async () => void database.close();
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('BEGIN; SELECT 1 FROM categories FOR UPDATE');
  return () => client.end();
}
