import type { Sql } from '../sql/sql.js';
import type { Statement, Value } from '../sql/statement.js';
import type { WriteChain } from '../sql/write-chain.js';
import type { Client } from './client.js';
import { addModels } from './facade.js';
import { type ModelName, RAW_READS, READS } from './models.js';

type Params = Record<string, Value>;

/** Models and statements outside of a transaction: what is committed, and nothing else. */
export class ReaderDb implements Sql {
  static {
    addModels(
      ReaderDb,
      { methods: READS, raw: RAW_READS },
      (db) =>
        (...call) =>
          db.call(...call),
    );
  }

  readonly #client: Client;
  readonly #sql: Sql;

  constructor(client: Client, sql: Sql) {
    this.#client = client;
    this.#sql = sql;
  }

  rows<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    return this.#sql.rows(statement, params);
  }

  row<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return this.#sql.row(statement, params);
  }

  run<P extends Params>(statement: Statement<P>, params: P): Promise<number> {
    return this.#sql.run(statement, params);
  }

  chain<P extends Params, R>(chain: WriteChain<P, R>, params: P): Promise<R | undefined> {
    return this.#sql.chain(chain, params);
  }

  async call(model: ModelName | undefined, method: string, args: unknown[]): Promise<unknown> {
    const client = await this.#client.load();
    const methods = (model === undefined ? client : client[model]) as unknown as Record<
      string,
      (...args: unknown[]) => unknown
    >;
    return methods[method]?.(...args);
  }
}
