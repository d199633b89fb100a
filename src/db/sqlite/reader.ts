import { LargeReads } from '../large-reads.js';
import type { Reader } from '../sql/reader.js';
import type { Statement, Value } from '../sql/statement.js';
import type { SqliteConnections } from './connections.js';
import type { ReadThreads } from './read-threads.js';
import { rfc3339, SqliteSql, timesAmong } from './sql.js';

type Params = Record<string, Value>;

/** Reads on the connection for it: what may give much text in turns, all else at once; and what may take long on threads of its own. */
export class SqliteReader extends SqliteSql implements Reader {
  readonly #threads: ReadThreads;
  readonly #largeOnes = new LargeReads();

  constructor(connections: SqliteConnections, busyTimeoutMs: number, threads: ReadThreads) {
    super(() => connections.reader(), busyTimeoutMs);
    this.#threads = threads;
  }

  override rows<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    return this.rowsFor('', statement, params);
  }

  rowsFor<P extends Params, R>(userId: string, statement: Statement<P, R>, params: P): Promise<R[]> {
    if (statement.long) return this.#onThread(userId, statement, params);
    // What is large is read here: on a thread it would take as long again, and its memory twice.
    return statement.large
      ? this.#largeOnes.run(userId, () => super.rows(statement, params))
      : super.rows(statement, params);
  }

  async #onThread<P extends Params, R>(userId: string, statement: Statement<P, R>, params: P): Promise<R[]> {
    const rows = await this.#threads.read(userId, statement.text('sqlite'), statement.values('sqlite', params));
    const times = timesAmong(Object.keys(rows[0] ?? {}));
    if (times.length > 0) for (const row of rows) rfc3339(row, times);
    return rows as R[];
  }
}
