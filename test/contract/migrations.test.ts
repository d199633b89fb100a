import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMigratedDatabase, type TestDatabase } from '../support/databases.js';
import { runSql } from '../support/run-sql.js';

// What prisma/schema.prisma can't say, and Prisma does not compare (that is test/db/prisma-migrate.test.ts).

let sqlite: TestDatabase;
let postgresql: TestDatabase;
beforeAll(async () => {
  sqlite = await createMigratedDatabase('sqlite');
  postgresql = await createMigratedDatabase('postgresql');
});
afterAll(async () => {
  await sqlite[Symbol.asyncDispose]();
  await postgresql[Symbol.asyncDispose]();
});

describe('the migrations of the two engines', () => {
  // A CHECK is lost where a migration rebuilds its table on SQLite and does not take it along.
  it('make the same CHECKs, each with a name', async () => {
    const tables = await runSql(sqlite.url, `SELECT sql FROM sqlite_schema WHERE type = 'table'`);
    const all = tables.map(({ sql }) => String(sql)).join('\n');
    const named = [...all.matchAll(/CONSTRAINT "(\w+)" CHECK \((.*)\),?$/gm)].map(([, name]) => name).sort();
    expect(named).toHaveLength(all.match(/\bCHECK\b/g)?.length ?? 0);

    const constraints = await runSql(
      postgresql.url,
      `SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace ORDER BY conname`,
    );
    expect(constraints.map(({ conname }) => conname)).toEqual(named);
    expect(named).toContain('tickets_status_check');
  });

  // Prisma knows nothing of triggers: a migration that makes a table anew on SQLite drops them without a word.
  it('make the triggers that keep counts, texts to search and keys of names', async () => {
    const triggers = async (url: string, sql: string) => (await runSql(url, sql)).map(({ name }) => name);
    const changes = ['messages_search', 'notes_search', 'tickets_closed', 'tickets_count', 'tickets_search'].flatMap(
      (name) => ['delete', 'insert', 'update'].map((change) => `${name}_${change}`),
    );
    const onBoth = ['categories_forget_name_key', 'macros_forget_name_key', ...changes];
    expect(await triggers(sqlite.url, `SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name`)).toEqual(
      onBoth,
    );
    expect(
      await triggers(postgresql.url, 'SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname'),
    ).toEqual([...onBoth, 'tickets_count_move_1', 'tickets_count_move_2'].sort());
  });

  it('put the same rows there', async () => {
    const categories = (url: string) => runSql(url, 'SELECT * FROM categories ORDER BY id');
    expect(await categories(postgresql.url)).toEqual(await categories(sqlite.url));
  });

  // Otherwise the order of texts and what counts as equal would depend on the locale of the server.
  it('compare every text on PostgreSQL by its bytes, as SQLite does', async () => {
    const others = await runSql(
      postgresql.url,
      `SELECT table_name, column_name, collation_name FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
         AND data_type IN ('text', 'character varying', 'character') AND collation_name IS DISTINCT FROM 'C'`,
    );
    expect(others).toEqual([]);
  });

  it('keep every time on PostgreSQL with its zone and in milliseconds, as JavaScript has it', async () => {
    const others = await runSql(
      postgresql.url,
      `SELECT table_name, column_name, data_type, datetime_precision FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' AND data_type LIKE '%time%'
         AND (data_type, datetime_precision) <> ('timestamp with time zone', 3)`,
    );
    expect(others).toEqual([]);
  });
});
