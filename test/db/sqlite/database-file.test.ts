import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.js';
import { openDatabase } from '../../../src/db/database.js';
import { migrate } from '../../../src/db/migrations/migrate.js';
import { databaseOptions } from '../../../src/db/options.js';
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

it('one that is there keeps the mode that it has', async () => {
  const path = join(folder, 'support.db');
  writeFileSync(path, '');
  chmodSync(path, 0o640);
  await migrate({ ...MIGRATION_OPTIONS, url: `file:${path}` });
  expect([mode(), mode('support.db')]).toEqual(['700', '640']);
});
