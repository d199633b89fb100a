import pg from 'pg';
import { engineOf } from '../../src/db/database.js';
import type { Engine } from '../../src/db/handle.js';
import { sqlitePath } from '../../src/db/sqlite/connection.js';
import { openSqlite } from '../../src/db/sqlite/open.mjs';
import { ReadThreads } from '../../src/db/sqlite/read-threads.js';

/** SQL that was sent to a database, as it was sent. */
export interface Statement {
  sql: string;
  values: unknown[];
}

export interface Recording extends Disposable {
  /** All so far, of every connection of this process. */
  readonly statements: Statement[];
}

/** Notes each statement that this process sends, by the drivers themselves, until it is disposed of. */
export function recordStatements(engine: Engine): Recording {
  const statements: Statement[] = [];
  const undo = engine === 'sqlite' ? recordSqlite(statements) : recordPostgresql(statements);
  return { statements, [Symbol.dispose]: undo };
}

/**
 * How the engine of a database would run a statement, in its own words. `preferIndexes`: as it would with so many rows
 * that reading them all is no choice.
 */
export async function explain(
  databaseUrl: string,
  { sql, values }: Statement,
  { preferIndexes = false } = {},
): Promise<string> {
  if (engineOf(databaseUrl) === 'sqlite') {
    const database = openSqlite(sqlitePath(databaseUrl), { readonly: true });
    // As threads have it.
    database.function('within_time', () => 1);
    database.aggregate('median_and_p90', { step: (_values, _value) => {} });
    const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(values) as { detail: string }[];
    database.close();
    return rows.map(({ detail }) => detail).join('\n');
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  if (preferIndexes) await client.query('SET enable_seqscan = off');
  const { rows } = await client.query(`EXPLAIN ${sql}`, values).finally(() => client.end());
  return rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the driver takes goes through
type Method = (this: any, ...args: any[]) => unknown;

function recordSqlite(statements: Statement[]): () => void {
  const database = openSqlite(':memory:');
  const prototype = Object.getPrototypeOf(database.prepare('SELECT 1')) as Record<'all' | 'run', Method>;
  database.close();
  const undo = (['all', 'run'] as const).map((name) =>
    wrap(prototype, name, (statement: { source: string }, [values]) => {
      statements.push({ sql: statement.source, values: values as unknown[] });
    }),
  );
  // And of the threads of long reads, which have drivers of their own.
  const threads = wrap(
    ReadThreads.prototype as unknown as Record<'read', Method>,
    'read',
    (_threads, [, sql, values]) => {
      statements.push({ sql, values });
    },
  );
  return () => {
    for (const one of [...undo, threads]) one();
  };
}

function recordPostgresql(statements: Statement[]): () => void {
  return wrap(pg.Client.prototype as unknown as Record<'query', Method>, 'query', (_client, [query, values]) => {
    const { text, values: own } = typeof query === 'string' ? { text: query, values: undefined } : query;
    statements.push({ sql: text, values: own ?? (Array.isArray(values) ? values : []) });
  });
}

function wrap<Name extends string>(
  holder: Record<Name, Method>,
  name: Name,
  // biome-ignore lint/suspicious/noExplicitAny: whatever the driver takes
  note: (self: any, args: any[]) => void,
): () => void {
  const original = holder[name];
  holder[name] = function (...args) {
    note(this, args);
    return original.apply(this, args);
  };
  return () => {
    holder[name] = original;
  };
}
