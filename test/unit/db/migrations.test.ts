import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Migration,
  MigrationError,
  type MigrationRecord,
  planMigrations,
  readMigrations,
} from '../../../src/db/migrations/plan.js';
import { migrationFolder } from '../../support/migration-folder.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const migration = (name: string, sql = `-- ${name}\nSELECT 1;\n`): Migration => ({ name, sql, checksum: sha256(sql) });

const record = (of: Migration, fields: Partial<MigrationRecord> = {}): MigrationRecord => ({
  migration_name: of.name,
  checksum: of.checksum,
  finished_at: '2026-01-01T00:00:00.000+00:00',
  rolled_back_at: null,
  ...fields,
});

const a = migration('1_a');
const b = migration('2_b');
const c = migration('3_c');
const all = [a, b, c];

describe('planMigrations', () => {
  it.each([
    ['everything on an empty database', null, all],
    ['everything where the table of migrations is empty', [], all],
    ['what is not recorded', [record(a)], [b, c]],
    ['nothing where all is recorded, in whatever order', [record(c), record(a), record(b)], []],
    ['also one that is older than what was applied', [record(a), record(c)], [b]],
    ['one again that was marked as rolled back', [record(a, { rolled_back_at: 'then', finished_at: null })], all],
    [
      'nothing of one that was rolled back and then applied',
      [record(a, { rolled_back_at: 'then', finished_at: null }), record(a)],
      [b, c],
    ],
    [
      'nothing of one that this build does not know, if it was rolled back',
      [record(migration('9_z'), { rolled_back_at: 'then' }), record(a)],
      [b, c],
    ],
  ])('gives %s', (_what, records, expected) => {
    expect(planMigrations(all, records, records !== null)).toEqual(expected);
  });

  it.each<[string, MigrationRecord[] | null, RegExp]>([
    ['tables without a record', null, /has tables, but no record of migrations/],
    ['a migration that it does not know', [record(a), record(migration('9_z'))], /newer than this build.*9_z/],
    ['another checksum', [record(a, { checksum: sha256('other') })], /1_a is not the one that was applied/],
    ['one that never finished', [record(a, { finished_at: null })], /1_a failed halfway/],
  ])('refuses %s', (_what, records, message) => {
    expect(() => planMigrations(all, records, true)).toThrow(MigrationError);
    expect(() => planMigrations(all, records, true)).toThrow(message);
  });

  it.each([
    ['\n', '\r\n'],
    ['\r\n', '\n'],
  ])('takes no offence at line ends: applied with %j, checked out with %j', (applied, checkedOut) => {
    const text = (end: string) => ['CREATE TABLE a (', '  x INTEGER', ');', ''].join(end);
    const file = migration('1_a', text(checkedOut));
    expect(planMigrations([file], [record(file, { checksum: sha256(text(applied)) })], true)).toEqual([]);
  });
});

describe('readMigrations', () => {
  it('reads the folders of an engine in the order of their names, with the checksum that Prisma takes', async () => {
    const { migrationsDir, write } = migrationFolder('sqlite');
    write('20260102000000_b', 'SELECT 2;');
    write('20260101000000_a', 'SELECT 1;');
    expect(await readMigrations('sqlite', migrationsDir)).toEqual([
      { name: '20260101000000_a', sql: 'SELECT 1;', checksum: sha256('SELECT 1;') },
      { name: '20260102000000_b', sql: 'SELECT 2;', checksum: sha256('SELECT 2;') },
    ]);
  });

  it.each([
    `CREATE TABLE a (commit_id TEXT);\n-- Everything is committed; nothing is rolled back`,
    `CREATE TABLE a (x TEXT DEFAULT 'COMMIT');`,
    'CREATE TRIGGER t BEFORE INSERT ON a BEGIN SELECT RAISE(ROLLBACK, 1); END;',
  ])('takes no offence at words that only look like the end of a transaction: %j', async (sql) => {
    const { migrationsDir, write } = migrationFolder('sqlite');
    write('20260101000000_a', sql);
    expect(await readMigrations('sqlite', migrationsDir)).toHaveLength(1);
  });

  it('finds the same migrations for both engines', async () => {
    const names = async (engine: 'sqlite' | 'postgresql') => (await readMigrations(engine)).map(({ name }) => name);
    expect(await names('postgresql')).toEqual(await names('sqlite'));
  });
});
