import type { Sql } from './sql.js';
import type { Statement, Value } from './statement.js';
import type { WriteChain } from './write-chain.js';

type Params = Record<string, Value>;

/** Statements outside of a transaction: what is committed, and nothing else. */
export interface Reader extends Sql {
  /** All rows of a statement that a user has asked for: what takes much of theirs follows one another, and others come in between. */
  rowsFor<P extends Params, R>(userId: string, statement: Statement<P, R>, params: P): Promise<R[]>;
}

/**
 * A reader for one user: what takes much waits for what else they have asked for, and what may give much text until `beforeLarge`
 * lets it.
 */
export class UserReader implements Sql {
  readonly #reader: Reader;
  readonly #userId: string;
  readonly #beforeLarge: () => Promise<void>;

  constructor(reader: Reader, userId: string, beforeLarge: () => Promise<void>) {
    this.#reader = reader;
    this.#userId = userId;
    this.#beforeLarge = beforeLarge;
  }

  rows<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    const read = () => this.#reader.rowsFor(this.#userId, statement, params);
    return statement.large ? this.#beforeLarge().then(read) : read();
  }

  async row<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return (await this.rows(statement, params))[0];
  }

  run<P extends Params>(statement: Statement<P>, params: P): Promise<number> {
    return this.#reader.run(statement, params);
  }

  chain<P extends Params, R>(chain: WriteChain<P, R>, params: P): Promise<R | undefined> {
    return this.#reader.chain(chain, params);
  }
}
