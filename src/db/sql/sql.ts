import type { Statement, Value } from './statement.js';
import type { WriteChain } from './write-chain.js';

type Params = Record<string, Value>;

/** Statements on one engine, on its own or within one transaction: whoever gave it out says which. */
export interface Sql {
  /** All rows. */
  rows<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R[]>;
  /** The first row, if there is one. */
  row<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined>;
  /** How many rows it changed. */
  run<P extends Params>(statement: Statement<P>, params: P): Promise<number>;
  /** The chain's row; undefined where a link had none, and then nothing that follows it was written. */
  chain<P extends Params, R>(chain: WriteChain<P, R>, params: P): Promise<R | undefined>;
}
