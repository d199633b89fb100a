import { expect, it, onTestFinished } from 'vitest';
import { openSqlite } from '../../../src/db/sqlite/open.mjs';
import { createMigratedDatabase, createTestDatabase } from '../../support/databases.js';
import { migrateUrl, migrationFolder } from '../../support/migration-folder.js';
import { runSql, tableNames } from '../../support/run-sql.js';

async function empty(): Promise<string> {
  const database = await createTestDatabase('sqlite');
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database.url;
}

// As Prisma writes it when a column changes: SQLite has no other way.
const REBUILD_PARENTS = `
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_parents" ("id" TEXT NOT NULL PRIMARY KEY, "name" TEXT NOT NULL DEFAULT '');
INSERT INTO "new_parents" ("id") SELECT "id" FROM "parents";
DROP TABLE "parents";
ALTER TABLE "new_parents" RENAME TO "parents";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`;

const FAMILY = `
CREATE TABLE "parents" ("id" TEXT NOT NULL PRIMARY KEY);
CREATE TABLE "children" ("id" TEXT NOT NULL PRIMARY KEY, "parent" TEXT NOT NULL REFERENCES "parents" ON DELETE CASCADE);
INSERT INTO "parents" VALUES ('p');
INSERT INTO "children" VALUES ('c', 'p');
`;

it('keeps the rows that refer to a table which a migration rebuilds', async () => {
  const url = await empty();
  const { migrationsDir, write } = migrationFolder('sqlite');
  write('20260101000000_family', FAMILY);
  write('20260102000000_rebuild', REBUILD_PARENTS);
  await migrateUrl(url, { migrationsDir });
  expect(await runSql(url, 'SELECT * FROM children')).toEqual([{ id: 'c', parent: 'p' }]);
  expect(await runSql(url, 'SELECT * FROM parents')).toEqual([{ id: 'p', name: '' }]);
});

it('rolls back a migration that leaves a row without what it refers to', async () => {
  const url = await empty();
  const { migrationsDir, write } = migrationFolder('sqlite');
  write('20260101000000_family', FAMILY);
  write('20260102000000_orphans', `DELETE FROM "parents"; CREATE TABLE "more" ("x" INTEGER);`);
  await expect(migrateUrl(url, { migrationsDir })).rejects.toThrow(
    /^Migration 20260102000000_orphans was rolled back: it breaks a foreign key \(children,parents\)$/,
  );
  expect(await tableNames(url)).toEqual(['_prisma_migrations', 'children', 'parents']);
  expect(await runSql(url, 'SELECT * FROM parents')).toEqual([{ id: 'p' }]);
});

it('says that the file is in use when another process writes for longer than the busy timeout', async () => {
  await using database = await createMigratedDatabase('sqlite');
  const other = openSqlite(database.url.slice('file:'.length));
  other.exec('BEGIN IMMEDIATE');
  await expect(migrateUrl(database.url, { sqlite: { synchronous: 'NORMAL', busyTimeoutMs: 50 } })).rejects.toThrow(
    /^The database of DATABASE_URL can't be used just now: database is locked$/,
  );
  other.exec('ROLLBACK');
  other.close();
  expect(await migrateUrl(database.url)).toEqual({ applied: [] });
});

it('takes a table whose name only looks like that of the records for a table of somebody else', async () => {
  const url = await empty();
  await runSql(url, 'CREATE TABLE xprisma_migrations (x INTEGER)');
  await expect(migrateUrl(url)).rejects.toThrow(/has tables, but no record of migrations/);
});
