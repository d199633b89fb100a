import { AppError } from '../../errors/app-error.js';
import type { Engine } from '../handle.js';
import { ForwardedSql } from '../sql/forwarded-sql.js';
import type { OpenTransaction } from '../sql/writer.js';
import type { Client, Joined } from './client.js';
import { addModels, callOn } from './facade.js';
import { ALL_METHODS, ALL_RAW, type ModelName, type Transaction } from './models.js';

/** The first call of a model in this process: the work runs again from its beginning, when Prisma is loaded. */
class NotLoadedError extends Error {
  constructor() {
    super('Prisma is not loaded yet');
  }
}

/** Runs a transaction, whose work it gets. */
type Run<T> = (work: (transaction: OpenTransaction) => Promise<T>) => Promise<T>;

/** Work on Prisma's models and on statements, in transactions that a writer opens and ends. */
export class ModelTransactions {
  readonly #client: Client;
  readonly #engine: Engine;
  readonly #timeoutMs: number;
  /** What ends those that are under way. */
  readonly #underWay = new Set<(reason: Error) => void>();

  constructor(client: Client, engine: Engine, timeoutMs: number) {
    this.#client = client;
    this.#engine = engine;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Runs `work` in a transaction that `run` opens. Where it is the first to call a model, Prisma is loaded before it runs
   * again: meanwhile it would hold SQLite's one writer, or locks.
   */
  async run<T>(run: Run<T>, work: (db: Transaction) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await run((transaction) => this.#within(transaction, work));
      } catch (error) {
        if (!(error instanceof NotLoadedError)) throw error;
        await this.#client.load();
      }
    }
  }

  /** Gives up all that are under way: none of them is stored. */
  abandon(): void {
    for (const giveUp of this.#underWay) giveUp(new Error('The database is closed'));
  }

  async #within<T>(transaction: OpenTransaction, work: (db: Transaction) => Promise<T>): Promise<T> {
    let giveUp = (_reason: Error) => {};
    const givenUp = new Promise<never>((_resolve, reject) => {
      giveUp = (cause) =>
        reject(cause instanceof NotLoadedError ? cause : new AppError('SERVICE_UNAVAILABLE', { cause }));
    });
    const db = new TransactionDb(transaction, this.#client, this.#engine, () => giveUp(new NotLoadedError()));
    const timer = setTimeout(
      () => giveUp(new Error(`The transaction took longer than ${this.#timeoutMs} ms`)),
      this.#timeoutMs,
    );
    this.#underWay.add(giveUp);
    try {
      const result = await Promise.race([work(db as unknown as Transaction), givenUp]);
      await Promise.race([db.end(), givenUp]);
      return result;
    } catch (error) {
      db.abandon();
      transaction.abandon();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(giveUp);
    }
  }
}

/** What work has of its transaction. */
class TransactionDb extends ForwardedSql {
  static {
    addModels(
      TransactionDb,
      { methods: ALL_METHODS, raw: ALL_RAW },
      (db) =>
        (...call) =>
          db.call(...call),
    );
  }

  readonly engine: Engine;
  readonly #transaction: OpenTransaction;
  readonly #client: Client;
  readonly #onNotLoaded: () => void;
  #ended = false;
  #joined: Promise<Joined> | undefined;
  /** Lets the client go. */
  #leave: { ended(): void; abandoned(): void } | undefined;
  readonly #calls = new Set<Promise<unknown>>();

  /** `onNotLoaded`: the work has called a model, and there is no client yet. */
  constructor(transaction: OpenTransaction, client: Client, engine: Engine, onNotLoaded: () => void) {
    super(transaction);
    this.#transaction = transaction;
    this.#client = client;
    this.engine = engine;
    this.#onNotLoaded = onNotLoaded;
  }

  /** Calls a model. It is under way until it has ended: a call that nobody waits for is a part of the transaction too. */
  async call(model: ModelName | undefined, method: string, args: unknown[]): Promise<unknown> {
    if (this.#ended) {
      const name = model === undefined ? method : `${model}.${method}`;
      throw new Error(`${name}() came after the end of its transaction: await every call before the work ends`);
    }
    if (!this.#client.isLoaded) {
      this.#onNotLoaded();
      // Whoever waits for it is never to know: the work is given up.
      return new Promise(() => {});
    }
    const call = this.#callJoined(model, method, args);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Takes no more calls, and waits for those under way. */
  async end(): Promise<void> {
    this.#ended = true;
    // One that fails has failed the transaction, which says so itself.
    await Promise.allSettled(this.#calls);
    this.#leave?.ended();
    await (await this.#joined)?.left;
  }

  /** Takes no more calls. */
  abandon(): void {
    this.#ended = true;
    this.#leave?.abandoned();
    // Prisma says that it was rolled back, which nobody waits for.
    this.#joined?.then(({ left }) => left).catch(() => {});
  }

  async #callJoined(model: ModelName | undefined, method: string, args: unknown[]): Promise<unknown> {
    this.#joined ??= this.#join();
    const { tx } = await this.#joined;
    return callOn(tx, model, method, args);
  }

  #join(): Promise<Joined> {
    const end = new Promise<void>((resolve, reject) => {
      this.#leave = { ended: resolve, abandoned: () => reject(new Error('The transaction is over')) };
    });
    end.catch(() => {});
    return this.#client.join(this.#transaction, end);
  }
}
