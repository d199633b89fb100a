import { Mutex } from '../mutex.js';
import { SqliteCheckpoints } from './checkpoints.js';
import { durability, openSqliteConnection, type SqliteConnection, type SqliteOptions } from './connection.js';
import { retryWhileBusy } from './retry-while-busy.js';

/**
 * The two connections of this process to a SQLite file: one that writes, for one holder at a time, and one that reads
 * what is committed and nothing else.
 */
export class SqliteConnections {
  readonly #turns = new Mutex();
  readonly #path: string;
  readonly #options: SqliteOptions;
  readonly #checkpoints: SqliteCheckpoints;
  #writer: SqliteConnection;
  #reader: SqliteConnection;
  #reopening: Promise<SqliteConnection> | undefined;

  private constructor(
    writer: SqliteConnection,
    reader: SqliteConnection,
    path: string,
    options: SqliteOptions,
    checkpoints: SqliteCheckpoints,
  ) {
    this.#writer = writer;
    this.#reader = reader;
    this.#path = path;
    this.#options = options;
    this.#checkpoints = checkpoints;
  }

  /** `onCheckpointError` is told what SqliteCheckpoints fails with. */
  static async open(
    path: string,
    options: SqliteOptions,
    onCheckpointError: (error: Error) => void,
  ): Promise<SqliteConnections> {
    const writer = await openSqliteConnection(path, options);
    try {
      const checkpoints = new SqliteCheckpoints({ path, pragmas: durability(options) }, onCheckpointError);
      return new SqliteConnections(writer, await openReader(path, options), path, options, checkpoints);
    } catch (error) {
      await writer.adapter.dispose();
      throw error;
    }
  }

  /** The connection that reads; opened again if it was closed. */
  reader(): SqliteConnection | Promise<SqliteConnection> {
    if (this.#reader.database.open) return this.#reader;
    this.#reopening ??= openReader(this.#path, this.#options)
      .then((reader) => {
        this.#reader = reader;
        return reader;
      })
      .finally(() => {
        this.#reopening = undefined;
      });
    return this.#reopening;
  }

  /**
   * Waits for a turn to write. Call `release` when nothing of it runs any more, which never throws: the next one gets the
   * connection outside of any transaction.
   */
  async takeWriter(): Promise<{ writer: SqliteConnection; release(): void }> {
    const endTurn = await this.#turns.acquire();
    const release = () => {
      try {
        this.#leaveTransaction();
        const { database } = this.#writer;
        if (database.open) this.#checkpoints.afterWrite(database);
      } catch {
        // Even closing has failed: the next one tries that again, and is told if it fails.
      } finally {
        endTurn();
      }
    };
    try {
      this.#leaveTransaction();
      if (!this.#writer.database.open) this.#writer = await openSqliteConnection(this.#path, this.#options);
      return { writer: this.#writer, release };
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** Tries again while another process holds SQLite's lock. */
  retry<T>(attempt: () => T | Promise<T>): Promise<T> {
    return retryWhileBusy(attempt, this.#options.busyTimeoutMs);
  }

  async close(): Promise<void> {
    const endTurn = await this.#turns.acquire();
    try {
      await this.#checkpoints.close();
      await this.#reader.adapter.dispose();
      await this.#writer.adapter.dispose();
    } finally {
      endTurn();
    }
  }

  /**
   * The connection must not go to the next one inside a transaction: what that one writes might never be committed.
   * Where even ROLLBACK has failed, closing is what ends it.
   */
  #leaveTransaction(): void {
    if (this.#writer.database.inTransaction) this.#writer.statements.close();
  }
}

async function openReader(path: string, options: SqliteOptions): Promise<SqliteConnection> {
  const reader = await openSqliteConnection(path, options);
  reader.database.pragma('query_only = ON');
  return reader;
}
