import { openSqlite } from '../../src/db/sqlite/open.mjs';

/** Takes the write lock of a SQLite database, as another process would, and holds it until disposed of. */
export function holdWrites(databaseUrl: string): Disposable {
  const other = openSqlite(databaseUrl.replace('file:', ''));
  other.exec('BEGIN IMMEDIATE');
  return { [Symbol.dispose]: () => void other.close() };
}
