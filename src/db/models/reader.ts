import { ForwardedSql } from '../sql/forwarded-sql.js';
import type { Sql } from '../sql/sql.js';
import type { Client } from './client.js';
import { addModels, callOn } from './facade.js';
import { type ModelName, RAW_READS, READS } from './models.js';

/** Models and statements outside of a transaction: what is committed, and nothing else. */
export class ReaderDb extends ForwardedSql {
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

  constructor(client: Client, sql: Sql) {
    super(sql);
    this.#client = client;
  }

  async call(model: ModelName | undefined, method: string, args: unknown[]): Promise<unknown> {
    const client = await this.#client.load();
    return callOn(client, model, method, args);
  }
}
