import pg from 'pg';
import { vi } from 'vitest';

/** A statement in a transaction that stays open. */
interface HeldRow {
  /** Resolves when somebody else waits for a lock in this database. */
  waitedFor(): Promise<void>;
  commit(): Promise<void>;
}

/** Runs a statement on PostgreSQL, as another instance would, and keeps what it has locked until it is committed. */
export async function holdRow(databaseUrl: string, statement: string): Promise<HeldRow> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return {
    waitedFor: () =>
      vi.waitFor(
        async () => {
          // Within a transaction it would else stay as it was at the first look.
          await client.query('SELECT pg_stat_clear_snapshot()');
          const { rowCount } = await client.query(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
          );
          if (!rowCount) throw new Error('Nobody waits for it');
        },
        { timeout: 20_000 },
      ),
    async commit() {
      await client.query('COMMIT');
      await client.end();
    },
  };
}
