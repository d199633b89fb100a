import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.js';
import { openDatabase } from '../../../src/db/database.js';
import { migrate } from '../../../src/db/migrations/migrate.js';
import { databaseOptions } from '../../../src/db/options.js';
import { openSqliteConnection } from '../../../src/db/sqlite/connection.js';
import { MIGRATION_OPTIONS } from '../../support/migration-folder.js';
import { TEST_SECRET } from '../../support/tokens.js';

const ENV = { NODE_ENV: 'test', JWT_SECRET: TEST_SECRET };

let folder: string;
let umask: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'support-api-mode-'));
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true, force: true });
});

const mode = (...path: string[]) => (statSync(join(folder, ...path)).mode & 0o777).toString(8);

it('a database is for its owner alone, with its log and the folders that are made for it, whatever the umask', async () => {
  const options = databaseOptions(
    loadConfig({ ...ENV, DATABASE_URL: `file:${join(folder, 'a/b/support.db')}` }),
    () => {},
  );
  await migrate(options);
  const db = await openDatabase(options);
  try {
    await db.ping();
    expect([mode('a'), mode('a', 'b')]).toEqual(['700', '700']);
    const files = ['support.db', 'support.db-wal', 'support.db-shm'];
    expect(files.map((file) => mode('a/b', file))).toEqual(['600', '600', '600']);
  } finally {
    await db.close();
  }
});

it('is for its owner alone under a umask that would keep even its owner out', async () => {
  process.umask(0o777);
  await migrate({ ...MIGRATION_OPTIONS, url: `file:${join(folder, 'a/support.db')}` });
  expect([mode('a'), mode('a/support.db')]).toEqual(['700', '600']);
});

it('one that is there keeps the mode that it has', async () => {
  const path = join(folder, 'support.db');
  writeFileSync(path, '');
  chmodSync(path, 0o640);
  await migrate({ ...MIGRATION_OPTIONS, url: `file:${path}` });
  expect([mode(), mode('support.db')]).toEqual(['700', '640']);
});

/** Locks that this process has on a file, as Linux lists them. */
function locksOn(path: string): string[] {
  const { ino } = statSync(path);
  const lines = readFileSync('/proc/locks', 'utf8').split('\n');
  return lines.filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `));
}

// Closing any descriptor of a file drops all locks that the process has on it, SQLite's among them: other processes could
// take themselves for the last one, and remove the log under us.
it.runIf(existsSync('/proc/locks'))('opening further connections keeps the locks of those that are open', async () => {
  const path = join(folder, 'support.db');
  const first = await openSqliteConnection(path, MIGRATION_OPTIONS.sqlite);
  // It takes its lock by the first statement, and keeps it.
  first.database.prepare('SELECT * FROM sqlite_schema').all();
  const second = await openSqliteConnection(path, MIGRATION_OPTIONS.sqlite);
  try {
    expect(locksOn(path)).toHaveLength(1);
  } finally {
    await first.adapter.dispose();
    await second.adapter.dispose();
  }
});
