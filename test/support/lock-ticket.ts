import pg from 'pg';
import { inject } from 'vitest';
import { sqlitePath } from '../../src/db/sqlite/connection.js';
import { openSqlite } from '../../src/db/sqlite/open.mjs';
import type { TestApp } from './app.js';

/** Keeps a ticket from being changed, as another process would, until it is disposed of: on SQLite, the whole file. */
export async function lockTicket({ databaseUrl }: TestApp, ticketId: string): Promise<AsyncDisposable> {
  if (inject('engine') === 'sqlite') {
    const other = openSqlite(sqlitePath(databaseUrl));
    other.exec('BEGIN IMMEDIATE');
    return { [Symbol.asyncDispose]: async () => void other.close() };
  }
  const other = new pg.Client({ connectionString: databaseUrl });
  await other.connect();
  await other.query('BEGIN');
  await other.query('SELECT 1 FROM tickets WHERE id = $1 FOR UPDATE', [ticketId]);
  return { [Symbol.asyncDispose]: () => other.end() };
}
