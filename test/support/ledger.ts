import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { engineOf } from '../../src/db/database.js';
import { openSqlite } from '../../src/db/sqlite/open.mjs';

/** A row as the database has it; times as RFC 3339, JSON parsed: the same on both engines. */
export type Row = Readonly<Record<string, unknown>>;

/** One row that was written, as it is since then. */
export interface Change {
  readonly table: string;
  readonly kind: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly row: Row;
}

/**
 * Every row that is inserted, changed or deleted in a database, by whomever, noted by triggers of our own: what a
 * request wrote is known to the row, however large the database has grown.
 */
export class Ledger implements AsyncDisposable {
  readonly #database: LedgerDatabase;
  readonly #tables = new Map<string, Map<string, Row>>();
  #seen = 0;

  private constructor(database: LedgerDatabase) {
    this.#database = database;
  }

  /** Watches all tables of a migrated database. */
  static async open(databaseUrl: string): Promise<Ledger> {
    const database =
      engineOf(databaseUrl) === 'sqlite' ? openSqliteLedger(databaseUrl) : await openPostgresqlLedger(databaseUrl);
    await database.watch();
    return new Ledger(database);
  }

  /** What was written since the last call, in the order of writing. */
  async take(): Promise<Change[]> {
    const entries = await this.#database.since(this.#seen);
    return entries.map(({ seq, change }) => {
      this.#seen = seq;
      const { table, kind, row } = JSON.parse(change) as Change;
      const plain = Object.entries(row).map(([column, value]) => [column, plainValue(column, value)]);
      return { table, kind, row: Object.fromEntries(plain) };
    });
  }

  /** From now on `row()` knows of these changes. */
  settle(changes: readonly Change[]): void {
    for (const { table, kind, row } of changes) {
      const rows = this.#tables.get(table) ?? new Map<string, Row>();
      this.#tables.set(table, rows);
      if (kind === 'DELETE') rows.delete(keyOf(table, row));
      else rows.set(keyOf(table, row), row);
    }
  }

  /** The row as it is after all that was settled; undefined if none of that was about it. `id`: its key. */
  row(table: string, id: string): Row | undefined {
    return this.#tables.get(table)?.get(id);
  }

  /** All rows of a table that were settled, and are still there. */
  rows(table: string): Row[] {
    return [...(this.#tables.get(table)?.values() ?? [])];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close();
  }
}

/** Of tables whose key is not `id`. */
const KEYS: Record<string, readonly string[]> = {
  idempotency_records: ['user_id', 'key'],
  presence: ['ticket_id', 'agent_id'],
  profiles: ['user_id'],
  ratings: ['ticket_id'],
  secrets: ['name'],
  sla_targets: ['priority'],
  ticket_tags: ['tag', 'ticket_id'],
};

function keyOf(table: string, row: Row): string {
  return (KEYS[table] ?? ['id']).map((column) => String(row[column])).join(' ');
}

function plainValue(column: string, value: unknown): unknown {
  // SQLite has no type for what is true or not.
  if (column === 'indexed') return Boolean(value);
  if (typeof value !== 'string') return value;
  if (column.endsWith('_at') || column === 'waiting_since') return new Date(value).toISOString();
  // SQLite keeps JSON as text.
  return ['attachments', 'before', 'after', 'weekly_hours', 'holidays', 'filters'].includes(column)
    ? JSON.parse(value)
    : value;
}

interface LedgerDatabase {
  watch(): Promise<void>;
  since(seq: number): Promise<{ seq: number; change: string }[]>;
  close(): Promise<void>;
}

/** Made by triggers of what is written elsewhere; test/db/queue-tables.test.ts holds them to it. */
const DERIVED = ['closed_tickets', 'search_texts', 'search_index%', 'search_words%']
  .map((name) => `name NOT LIKE '${name}'`)
  .join(' AND ');

const KINDS = ['INSERT', 'UPDATE', 'DELETE'] as const;

function openSqliteLedger(url: string): LedgerDatabase {
  const database = openSqlite(fileURLToPath(new URL(url)));
  return {
    async watch() {
      database.exec('CREATE TABLE watch_changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, change TEXT NOT NULL)');
      const tables = database
        .prepare(
          `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name <> ? AND ${DERIVED}`,
        )
        .pluck()
        .all('watch_changes') as string[];
      for (const table of tables) {
        const columns = database.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
        for (const kind of KINDS) {
          const image = kind === 'DELETE' ? 'OLD' : 'NEW';
          const row = columns.map((column) => `'${column}', ${image}."${column}"`).join(', ');
          database.exec(`CREATE TRIGGER "watch_${table}_${kind}" AFTER ${kind} ON "${table}" BEGIN
            INSERT INTO watch_changes (change)
            VALUES (json_object('table', '${table}', 'kind', '${kind}', 'row', json_object(${row})));
          END`);
        }
      }
    },
    async since(seq) {
      return database.prepare('SELECT seq, change FROM watch_changes WHERE seq > ? ORDER BY seq').all(seq) as {
        seq: number;
        change: string;
      }[];
    },
    async close() {
      database.close();
    },
  };
}

async function openPostgresqlLedger(url: string): Promise<LedgerDatabase> {
  const client = new pg.Client({ connectionString: url });
  // The database is dropped under us when a test is over.
  client.on('error', () => {});
  await client.connect();
  return {
    async watch() {
      await client.query(`
        CREATE TABLE watch_changes (seq SERIAL PRIMARY KEY, change TEXT NOT NULL);
        CREATE FUNCTION watch_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO watch_changes (change) VALUES (json_build_object('table', TG_TABLE_NAME, 'kind', TG_OP,
            'row', CASE WHEN TG_OP = 'DELETE' THEN to_json(OLD) ELSE to_json(NEW) END)::text);
          RETURN NULL;
        END $$;`);
      const { rows } = await client.query(
        `SELECT tablename FROM (SELECT tablename, tablename AS name, schemaname FROM pg_tables) AS tables
         WHERE schemaname = 'public' AND tablename <> 'watch_changes' AND ${DERIVED}`,
      );
      for (const { tablename } of rows as { tablename: string }[]) {
        await client.query(`CREATE TRIGGER watch_note AFTER INSERT OR UPDATE OR DELETE ON "${tablename}"
          FOR EACH ROW EXECUTE FUNCTION watch_note()`);
      }
    },
    async since(seq) {
      const { rows } = await client.query('SELECT seq, change FROM watch_changes WHERE seq > $1 ORDER BY seq', [seq]);
      return rows as { seq: number; change: string }[];
    },
    close: () => client.end(),
  };
}
