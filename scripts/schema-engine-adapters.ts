import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlQueryable,
} from '@prisma/driver-adapter-utils';
import type { Engine } from '../src/db/handle.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { unguardedSqlite } from '../test/support/unguarded-sqlite.js';

/**
 * Prisma's driver adapters as the schema engine needs them, which is more than they do for the client. On PostgreSQL
 * the user of `url` must be allowed to create databases: the engine replays migrations in one that it throws away.
 */
export function schemaEngineAdapters(engine: Engine, url: string): SqlMigrationAwareDriverAdapterFactory {
  return engine === 'sqlite' ? sqliteAdapters(url) : postgresqlAdapters(url);
}

function sqliteAdapters(url: string): SqlMigrationAwareDriverAdapterFactory {
  const open = async (path: string) => withTexts(withScripts(await unguardedSqlite(path).connect()));
  return {
    provider: 'sqlite',
    adapterName: 'unguarded-sqlite',
    connect: () => open(url.replace(/^file:/, '')),
    connectToShadowDb: () => open(':memory:'),
  };
}

/** The engine replays a migration, however many statements it has, through executeRaw, which takes only one. */
function withScripts(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const executeRaw = adapter.executeRaw.bind(adapter);
  adapter.executeRaw = async (query) => {
    if (query.args.length > 0) return executeRaw(query);
    await adapter.executeScript(query.sql);
    return 0;
  };
  return adapter;
}

/** The engine asks for a partial index by its name in double quotes, which to our SQLite is a column's. */
function withTexts(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = (query) =>
    queryRaw({ ...query, sql: query.sql.replace(/^(SELECT sql FROM sqlite_master .*name = )"(\w+)"/, "$1'$2'") });
  return adapter;
}

function postgresqlAdapters(url: string): SqlMigrationAwareDriverAdapterFactory {
  const open = async (target: string) =>
    withWholeScripts(withChars(await new PrismaPg({ connectionString: target }).connect()));
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => open(url),
    // The adapter's own is no use: with a connection string it is the database itself, and not a new one.
    async connectToShadowDb() {
      const name = `prisma_shadow_${randomUUID().replaceAll('-', '')}`;
      await administer(url, `CREATE DATABASE ${name}`);
      const adapter = await open(databaseUrl(url, name));
      const dispose = adapter.dispose.bind(adapter);
      adapter.dispose = async () => {
        await dispose();
        await administer(url, `DROP DATABASE ${name} WITH (FORCE)`);
      };
      return adapter;
    },
  };
}

interface PgAdapter {
  client: { query(sql: string): Promise<unknown> };
  onError(error: unknown): never;
}

/** The adapter cuts a script at each semicolon, also within the body of a function. PostgreSQL itself knows better. */
function withWholeScripts(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const { client } = adapter as unknown as PgAdapter;
  const executeScript = adapter.executeScript.bind(adapter);
  adapter.executeScript = async (script) => {
    // Whole, it is one transaction, which Prisma's own way of a failure halfway is not.
    if (!script.includes('$$')) return executeScript(script);
    try {
      await client.query(script);
    } catch (error) {
      (adapter as unknown as PgAdapter).onError(error);
    }
  };
  return adapter;
}

const OID_OF_CHAR = 18;
const OID_OF_TEXT = 25;

interface PgQueryable extends SqlQueryable {
  performIO(query: SqlQuery): Promise<{ fields?: { dataTypeID: number }[] }>;
}

/** The engine reads PostgreSQL's catalogues, which have columns of type "char"; the adapter refuses these. */
function withChars<T extends SqlQueryable>(adapter: T): T {
  const { queryRaw, performIO } = adapter as unknown as PgQueryable;
  adapter.queryRaw = async (query) => {
    const chars: number[] = [];
    const asText = async (sent: SqlQuery) => {
      const result = await performIO.call(adapter, sent);
      for (const [index, field] of (result.fields ?? []).entries()) {
        if (field.dataTypeID !== OID_OF_CHAR) continue;
        field.dataTypeID = OID_OF_TEXT;
        chars.push(index);
      }
      return result;
    };
    const result = await queryRaw.call(Object.create(adapter, { performIO: { value: asText } }), query);
    for (const index of chars) {
      result.columnTypes[index] = ColumnTypeEnum.Character;
      for (const row of result.rows) row[index] ||= '\0';
    }
    return result;
  };
  if ('startTransaction' in adapter) {
    const whole = adapter as unknown as SqlDriverAdapter;
    const startTransaction = whole.startTransaction.bind(whole);
    whole.startTransaction = async (level) => withChars(await startTransaction(level));
  }
  return adapter;
}
