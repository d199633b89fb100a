import type { Sql } from './sql.js';
import type { Statement, Value } from './statement.js';
import type { WriteChain } from './write-chain.js';

type Params = Record<string, Value>;

/** Statements that another one runs: for what has more than statements. */
export class ForwardedSql implements Sql {
  readonly #sql: Sql;

  constructor(sql: Sql) {
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
}
