/**
 * What stands between the statements of one transaction and its connection. After one has failed none is let through, and the
 * transaction can't end well, though the work has gone on as if nothing were: PostgreSQL would not commit it either. Nor is any
 * after the end: the connection is the next one's by then.
 */
export class TransactionGuard {
  #refusal: { error: unknown } | undefined;

  /** Runs a statement on a connection that answers at once. */
  run<T>(statement: () => T): T {
    this.#refuse();
    try {
      return statement();
    } catch (error) {
      this.#refusal ??= { error };
      throw error;
    }
  }

  async send<T>(statement: () => Promise<T>): Promise<T> {
    this.#refuse();
    try {
      return await statement();
    } catch (error) {
      this.#refusal ??= { error };
      throw error;
    }
  }

  /**
   * Lets nothing through any more.
   *
   * @throws what a statement has failed with
   */
  end(): void {
    const refusal = this.#refusal;
    this.abandon();
    if (refusal) throw refusal.error;
  }

  /** Lets nothing through any more, of work that was given up. */
  abandon(): void {
    this.#refusal = { error: new Error('The transaction is over') };
  }

  #refuse(): void {
    if (this.#refusal) throw this.#refusal.error;
  }
}
