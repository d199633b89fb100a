import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { pendingMigrations } from '../../src/db/migrations/migrate.js';
import { readMigrations } from '../../src/db/migrations/plan.js';
import { createTestDatabase } from '../support/databases.js';
import { MIGRATION_OPTIONS, migrateUrl, migrationFolder } from '../support/migration-folder.js';
import { runSql, tableNames } from '../support/run-sql.js';
import { runTypeScript } from '../support/run-typescript.js';

const engine = inject('engine');
const real = (await readMigrations(engine)).map(({ name }) => name);

/** An empty database, gone after the test. */
async function empty(): Promise<string> {
  const database = await createTestDatabase(engine);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database.url;
}

const pending = (url: string, migrationsDir?: string) =>
  pendingMigrations({ ...MIGRATION_OPTIONS, url, ...(migrationsDir && { migrationsDir }) });

const records = (url: string) => runSql(url, 'SELECT * FROM _prisma_migrations ORDER BY started_at, migration_name');

describe('on an empty database', () => {
  it('applies every migration once, in order, and tells of each', async () => {
    const url = await empty();
    const lines: string[] = [];
    expect(await pending(url)).toEqual(real);
    expect(await migrateUrl(url, { log: (line) => lines.push(line) })).toEqual({ applied: real });
    expect(lines).toEqual(real.map((name) => `Applied migration ${name}`));
    expect(await pending(url)).toEqual([]);
    expect(await migrateUrl(url)).toEqual({ applied: [] });
    expect(await records(url)).toHaveLength(real.length);
  });

  it('records what Prisma records', async () => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    const sql = 'CREATE TABLE a (x INTEGER);\n';
    write('20260101000000_a', sql);
    await migrateUrl(url, { migrationsDir });
    expect(await records(url)).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        checksum: createHash('sha256').update(sql).digest('hex'),
        finished_at:
          engine === 'sqlite' ? expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}\+00:00$/) : expect.any(Date),
        migration_name: '20260101000000_a',
        logs: null,
        rolled_back_at: null,
        started_at:
          engine === 'sqlite' ? expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}\+00:00$/) : expect.any(Date),
        applied_steps_count: 1,
      },
    ]);
  });

  it('only looks where it is asked what is pending', async () => {
    const url = await empty();
    expect(await pending(url)).toEqual(real);
    if (engine === 'sqlite') expect(existsSync(url.slice('file:'.length))).toBe(false);
    else expect(await tableNames(url)).toEqual([]);
  });

  it('applies each once when several ask at the same time', async () => {
    const url = await empty();
    const answers = await Promise.all(Array.from({ length: 5 }, () => migrateUrl(url)));
    expect(answers.flatMap(({ applied }) => applied).sort()).toEqual(real);
    expect(await records(url)).toHaveLength(real.length);
  });

  it('applies each once when several processes start at the same time', async () => {
    const url = await empty();
    const outputs = await Promise.all(
      [1, 2, 3].map(() => runTypeScript('src/migrate.ts', [], { DATABASE_URL: url, SQLITE_BUSY_TIMEOUT_MS: '60000' })),
    );
    const applied = outputs.flatMap((output) => /^Applied: (.*)\n$/.exec(output)?.[1]?.split(', ') ?? []);
    expect(applied.sort()).toEqual(real);
    expect(outputs.every((output) => /^(Applied: .*|Nothing to apply)\n$/.test(output))).toBe(true);
    expect(await records(url)).toHaveLength(real.length);
  }, 180_000);
});

describe('later', () => {
  it('applies only what came since, on the data that is there', async () => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    write('20260101000000_a', 'CREATE TABLE a (x INTEGER);');
    await migrateUrl(url, { migrationsDir });
    await runSql(url, 'INSERT INTO a VALUES (1), (2)');
    write('20260102000000_b', `ALTER TABLE a ADD COLUMN y TEXT NOT NULL DEFAULT 'old';`);
    write('20260103000000_c', `UPDATE a SET y = 'new' WHERE x = 2;`);
    expect(await pending(url, migrationsDir)).toEqual(['20260102000000_b', '20260103000000_c']);
    expect(await migrateUrl(url, { migrationsDir })).toEqual({ applied: ['20260102000000_b', '20260103000000_c'] });
    expect(await runSql(url, 'SELECT x, y FROM a ORDER BY x')).toEqual([
      { x: 1, y: 'old' },
      { x: 2, y: 'new' },
    ]);
  });

  it('accepts a file that Git checked out with other line ends', async () => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    write('20260101000000_a', 'CREATE TABLE a (\n  x INTEGER\n);\n');
    await migrateUrl(url, { migrationsDir });
    write('20260101000000_a', 'CREATE TABLE a (\r\n  x INTEGER\r\n);\r\n');
    expect(await migrateUrl(url, { migrationsDir })).toEqual({ applied: [] });
  });
});

describe('a migration that fails in the middle', () => {
  it('leaves nothing, keeps those before it, and is applied once it is repaired', async () => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    write('20260101000000_a', 'CREATE TABLE a (x INTEGER);');
    write('20260102000000_b', 'CREATE TABLE b (x INTEGER); INSERT INTO a VALUES (1); INSERT INTO missing VALUES (1);');
    write('20260103000000_c', 'CREATE TABLE c (x INTEGER);');
    await expect(migrateUrl(url, { migrationsDir })).rejects.toThrow(
      /^Migration 20260102000000_b failed and was rolled back: .*missing/,
    );
    expect(await tableNames(url)).toEqual(['_prisma_migrations', 'a']);
    expect(await runSql(url, 'SELECT * FROM a')).toEqual([]);
    expect(await pending(url, migrationsDir)).toEqual(['20260102000000_b', '20260103000000_c']);

    write('20260102000000_b', 'CREATE TABLE b (x INTEGER);');
    expect(await migrateUrl(url, { migrationsDir })).toEqual({ applied: ['20260102000000_b', '20260103000000_c'] });
  });

  it('leaves nothing when it is the very first: not even the table of migrations', async () => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    write('20260101000000_a', 'CREATE TABLE a (x INTEGER); CREATE TABLE a (x INTEGER);');
    await expect(migrateUrl(url, { migrationsDir })).rejects.toThrow(/^Migration 20260101000000_a failed/);
    expect(await tableNames(url)).toEqual([]);
  });

  it('fails for each of several that try at the same time, and blocks none', async () => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    write('20260101000000_a', 'CREATE TABLE a (x INTEGER);');
    write('20260102000000_b', 'INSERT INTO missing VALUES (1);');
    const answers = await Promise.allSettled([1, 2, 3].map(() => migrateUrl(url, { migrationsDir })));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await records(url)).toHaveLength(1);
  });

  it.each([
    'CREATE TABLE a (x INTEGER);\nCOMMIT;\nCREATE TABLE b (x INTEGER);',
    'CREATE TABLE a (x INTEGER); commit transaction; CREATE TABLE b (x INTEGER);',
    'CREATE TABLE a (x INTEGER);\n  ROLLBACK;',
    'CREATE TABLE a (x INTEGER);\nCOMMIT',
  ])('is refused beforehand if it would end its transaction: %j', async (sql) => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    write('20260101000000_a', sql);
    await expect(migrateUrl(url, { migrationsDir })).rejects.toThrow(/must not COMMIT or ROLLBACK/);
    if (engine === 'postgresql') expect(await tableNames(url)).toEqual([]);
  });

  it('says so when it has ended its transaction in a way that we could not foresee', async () => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    write('20260101000000_a', 'CREATE TABLE a (x INTEGER);\nEND;\nCREATE TABLE b (x INTEGER);');
    await expect(migrateUrl(url, { migrationsDir })).rejects.toThrow(/ended the transaction .* and is not recorded/);
  });
});

describe('a database that does not fit', () => {
  it('is refused if it has tables and no record of migrations', async () => {
    const url = await empty();
    await runSql(url, 'CREATE TABLE somebody_elses (x INTEGER)');
    await expect(migrateUrl(url)).rejects.toThrow(/has tables, but no record of migrations/);
    await expect(pending(url)).rejects.toThrow(/has tables, but no record of migrations/);
    expect(await tableNames(url)).toEqual(['somebody_elses']);
  });

  it('is refused if a migration was changed after it was applied', async () => {
    const url = await empty();
    const { migrationsDir, write } = migrationFolder(engine);
    write('20260101000000_a', 'CREATE TABLE a (x INTEGER);');
    await migrateUrl(url, { migrationsDir });
    write('20260101000000_a', 'CREATE TABLE a (x BIGINT);');
    write('20260102000000_b', 'CREATE TABLE b (x INTEGER);');
    await expect(migrateUrl(url, { migrationsDir })).rejects.toThrow(
      /^Migration 20260101000000_a is not the one that was applied/,
    );
    expect(await tableNames(url)).toEqual(['_prisma_migrations', 'a']);
  });

  it('is refused if it is newer than this build', async () => {
    const url = await empty();
    const { migrationsDir, write, remove } = migrationFolder(engine);
    write('20260101000000_a', 'CREATE TABLE a (x INTEGER);');
    write('20260102000000_b', 'CREATE TABLE b (x INTEGER);');
    await migrateUrl(url, { migrationsDir });
    remove('20260102000000_b');
    await expect(migrateUrl(url, { migrationsDir })).rejects.toThrow(/newer than this build.*20260102000000_b/);
    await expect(pending(url, migrationsDir)).rejects.toThrow(/newer than this build/);
  });

  it('is refused if another tool failed halfway in it', async () => {
    const url = await empty();
    await migrateUrl(url);
    await runSql(
      url,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs)
       VALUES ('1', 'x', '20260101000000_a', 'ERROR: something')`,
    );
    await expect(migrateUrl(url)).rejects.toThrow(/failed halfway under another tool/);
    await runSql(url, `UPDATE _prisma_migrations SET rolled_back_at = started_at WHERE id = '1'`);
    expect(await migrateUrl(url)).toEqual({ applied: [] });
  });
});

it('keeps what the first migration brings: the documented categories to the letter, and others beside them', async () => {
  const url = await empty();
  await migrateUrl(url);
  const categories = await runSql(url, 'SELECT id, name, description FROM categories ORDER BY position');
  expect(categories.slice(0, 2)).toEqual([
    { id: 'category_001', name: 'Payment Issues', description: 'Help with payment problems' },
    { id: 'category_002', name: 'Loan Questions', description: 'Questions about loans' },
  ]);
  expect(categories.length).toBeGreaterThan(2);
});
