import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { newMigration } from '../../scripts/new-migration.js';
import { withSchemaEngine } from '../../scripts/schema-engine.js';
import type { Engine } from '../../src/db/handle.js';
import { createMigratedDatabase } from '../support/databases.js';
import { migrateUrl, migrationFolder } from '../support/migration-folder.js';
import { runSql } from '../support/run-sql.js';
import { expectExactCounts } from '../support/ticket-counts.js';

const schema = await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
const postgresqlUrl = inject('postgresqlUrl');

/** A column of each kind, one of them such that SQLite has to rebuild the table; an index; a table. */
const changed = `${schema
  .replace(
    /^( +)assignedAgent /m,
    '$1watchers Int @default(0)\n$1nickname String?\n$1seenAt DateTime? @map("seen_at")\n$&',
  )
  .replace(/^ +@@index\(\[categoryId\]\)/m, '  @@index([categoryId, nickname])')}
model Sample {
  id   String @id
  text String @default("TEXT, and more")
  tags Json

  @@map("samples")
}
`;

/** A copy of the real migrations, of both engines. */
function copy() {
  const { migrationsDir, copyReal } = migrationFolder('sqlite', 'postgresql');
  copyReal();
  return migrationsDir;
}

async function migrated(engine: Engine): Promise<string> {
  const database = await createMigratedDatabase(engine);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database.url;
}

describe('npm run migration', () => {
  it('writes what both engines lack, under one name, and it works on a database with data', async () => {
    const migrationsDir = copy();
    const files = await newMigration({ name: 'add_things', postgresqlUrl, migrationsDir, schema: changed });
    const names = files.map((file) => basename(dirname(file)));
    expect(names).toEqual([expect.stringMatching(/^\d{14}_add_things$/), names[0]]);

    for (const engine of ['sqlite', 'postgresql'] as const) {
      const url = await migrated(engine);
      await runSql(
        url,
        `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
         VALUES ('ticket_a', 'u', 's', 'd', 'Open', 'Low', 'category_001', '[]', '2024-01-22T16:30:00.000+00:00', '2024-01-22T16:30:00.000+00:00')`,
      );
      expect(await migrateUrl(url, { migrationsDir })).toEqual({ applied: [names[0]] });
      expect(await runSql(url, 'SELECT id, status, watchers, nickname, seen_at FROM tickets')).toEqual([
        { id: 'ticket_a', status: 'Open', watchers: 0, nickname: null, seen_at: null },
      ]);
      // Kept, although SQLite has rebuilt the table.
      await expect(runSql(url, `UPDATE tickets SET status = 'Done'`)).rejects.toThrow(/CHECK|check/);
      await expect(runSql(url, `UPDATE tickets SET priority = 'Urgent'`)).rejects.toThrow(/CHECK|check/);
      // The triggers too.
      await runSql(url, `UPDATE tickets SET status = 'Resolved'`);
      await expectExactCounts(url);
      await runSql(url, `INSERT INTO samples (id, tags) VALUES ('n', '[]')`);
      expect(await runSql(url, 'SELECT text FROM samples')).toEqual([{ text: 'TEXT, and more' }]);
      if (engine === 'postgresql') expect(await columnsOf(url)).toEqual(NEW_COLUMNS);

      const left = await withSchemaEngine(
        { engine, url: engine === 'sqlite' ? ':memory:' : postgresqlUrl, migrationsDir, schema: changed },
        (prisma) => prisma.missing(),
      );
      expect(left).toBeUndefined();
    }
  });

  // SQLite would refuse to rename it while triggers of another table speak of it.
  it('rebuilds a table that triggers write to, and they still do', async () => {
    const migrationsDir = copy();
    const inAnotherType = schema.replace(/^( +)count +Int$/gm, '$1count Float');
    await newMigration({ name: 'count_in_parts', postgresqlUrl, migrationsDir, schema: inAnotherType });
    const url = await migrated('sqlite');
    await migrateUrl(url, { migrationsDir });
    await runSql(
      url,
      `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
       VALUES ('ticket_a', 'u', 's', 'd', 'Open', 'Low', 'category_001', '[]', '2024-01-22T16:30:00.000+00:00', '2024-01-22T16:30:00.000+00:00')`,
    );
    await expectExactCounts(url);
  });

  it('writes nothing where there is nothing to change', async () => {
    const migrationsDir = copy();
    expect(await newMigration({ name: 'nothing', postgresqlUrl, migrationsDir })).toEqual([]);
  });

  it('writes an empty one for both engines where one is asked for', async () => {
    const migrationsDir = copy();
    const files = await newMigration({ name: 'by_hand', postgresqlUrl, migrationsDir, empty: true });
    expect(files).toHaveLength(2);
    for (const file of files) expect(await readFile(file, 'utf8')).toMatch(/^-- Nothing changes on \w+\.\n$/);
    for (const engine of ['sqlite', 'postgresql'] as const) {
      expect((await migrateUrl(await migrated(engine), { migrationsDir })).applied).toHaveLength(1);
    }
  });

  it.each(['', 'Add', 'add-things', 'add things', '../x', '1st'])('refuses %j as a name', async (name) => {
    await expect(newMigration({ name, postgresqlUrl, migrationsDir: copy() })).rejects.toThrow(/Not a name/);
  });

  it('refuses to write one that would come before the newest', async () => {
    const { migrationsDir, copyReal, write } = migrationFolder('sqlite', 'postgresql');
    copyReal();
    write('29990101000000_later', 'SELECT 1;');
    await expect(newMigration({ name: 'x', postgresqlUrl, migrationsDir, empty: true })).rejects.toThrow(
      /would not come after 29990101000000_later/,
    );
  });
});

const NEW_COLUMNS = [
  { column_name: 'id', data_type: 'text', collation_name: 'C' },
  { column_name: 'nickname', data_type: 'text', collation_name: 'C' },
  { column_name: 'seen_at', data_type: 'timestamp with time zone', collation_name: null },
  { column_name: 'tags', data_type: 'jsonb', collation_name: null },
  { column_name: 'text', data_type: 'text', collation_name: 'C' },
  { column_name: 'watchers', data_type: 'integer', collation_name: null },
];

function columnsOf(url: string) {
  return runSql(
    url,
    `SELECT column_name, data_type, collation_name FROM information_schema.columns
     WHERE table_name = 'samples' OR table_name = 'tickets' AND column_name IN ('watchers', 'nickname', 'seen_at')
     ORDER BY column_name COLLATE "C"`,
  );
}
