import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Config } from '../config/config.js';
import { fragment } from './sql/kysely.js';
import { query } from './sql/query.js';
import type { Sql } from './sql/sql.js';

/** What a database has that its copies elsewhere have not. SQLite has nothing of that kind. */
const selectHome = query('home of the database', {}, ({ db, engine }) =>
  db.selectNoFrom(
    (engine === 'postgresql'
      ? fragment<string>`(SELECT system_identifier::text FROM pg_control_system()) || ' ' || (SELECT oid::text FROM pg_database WHERE datname = current_database())`
      : fragment<string>`''`
    ).as('home'),
  ),
);

/**
 * A name for this database in this place: another one after its data were restored elsewhere, from a dump or a copy of the file; or under
 * another DEPLOYMENT. Copies of whole disks have the same, unless that is set.
 */
export async function databaseHome(
  sql: Sql,
  { DATABASE_URL: url, DEPLOYMENT: deployment = '' }: Pick<Config, 'DATABASE_URL' | 'DEPLOYMENT'>,
): Promise<string> {
  const home = url.startsWith('file:') ? await keptBeside(url) : (await sql.row(selectHome, {}))?.home;
  return createHash('sha256')
    .update(JSON.stringify([home, deployment]))
    .digest('base64url')
    .slice(0, 22);
}

/** SQLite: in a file of its own, which a backup of the database has not. */
async function keptBeside(url: string): Promise<string> {
  const { sqlitePath } = await import('./sqlite/connection.js');
  const file = `${sqlitePath(url)}-home`;
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(16).toString('hex'), { mode: 0o600 });
  try {
    // Whole or not at all: of two that start at once, one makes it and the other reads it.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}
