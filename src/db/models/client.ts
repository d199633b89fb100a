import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Prisma, PrismaClient } from '../generated/sqlite/client.js';
import { Mutex } from '../mutex.js';
import type { OpenTransaction } from '../sql/writer.js';
import { JoiningAdapterFactory, type ReadingAdapter } from './joining-adapter.js';

/** What the engine at hand brings. */
export interface ClientParts {
  /** Reads outside of transactions. */
  reader(): Promise<ReadingAdapter>;
  /** The generated client's class. */
  load(): Promise<new (options: { adapter: SqlDriverAdapterFactory }) => PrismaClient>;
}

/** Ours end before: the writer has limits of its own. */
const NO_LIMIT_MS = 2 ** 31 - 1;

interface Loaded {
  readonly client: PrismaClient;
  readonly adapter: JoiningAdapterFactory;
}

/** The client's view of an open transaction. */
export interface Joined {
  readonly tx: Prisma.TransactionClient;
  /** Settles when the client has let go of it. */
  readonly left: Promise<void>;
}

/**
 * The process's Prisma client. It is loaded when it is first needed, which takes 0.3 s and 80 MB (docs/decisions/0023): most
 * instances never need it.
 */
export class Client {
  readonly #parts: ClientParts;
  readonly #turns = new Mutex();
  #loading: Promise<Loaded> | undefined;
  #loaded: Loaded | undefined;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  get isLoaded(): boolean {
    return this.#loaded !== undefined;
  }

  async load(): Promise<PrismaClient> {
    this.#loading ??= this.#load();
    try {
      this.#loaded = await this.#loading;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
    return this.#loaded.client;
  }

  /** Has the client join a transaction until `end` settles. Needs to be loaded. */
  async join(transaction: OpenTransaction, end: Promise<void>): Promise<Joined> {
    const { client, adapter } = this.#loaded ?? (await this.#notLoaded());
    const queryable = await transaction.queryable();
    // One after another: what the adapter is offered is for this one. Nothing here waits for the database.
    return this.#turns.run(
      () =>
        new Promise((resolve, reject) => {
          adapter.offer(queryable, () => transaction.abandon());
          const left = client.$transaction(
            (tx) => {
              resolve({ tx, left });
              return end;
            },
            { timeout: NO_LIMIT_MS, maxWait: NO_LIMIT_MS },
          );
          left.catch(reject);
        }),
    );
  }

  async close(): Promise<void> {
    await this.#loaded?.client.$disconnect();
  }

  async #load(): Promise<Loaded> {
    const [reader, PrismaClient] = await Promise.all([this.#parts.reader(), this.#parts.load()]);
    const adapter = new JoiningAdapterFactory(reader);
    const client = new PrismaClient({ adapter });
    // Its engine too: nothing is left to be loaded while a transaction holds its locks.
    await client.$connect();
    return { client, adapter };
  }

  #notLoaded(): Promise<never> {
    return Promise.reject(new TypeError('The client is not loaded'));
  }
}
