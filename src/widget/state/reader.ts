import { Store } from '../../browser/store.js';
import { explain, waitMs } from './explain.js';
import type { Session } from './session.js';

/** Reads when it is asked to: one at a time, once more if it was asked meanwhile, and again after a failure that passes. */
export class Reader {
  /** Why there is nothing, or nothing new. */
  readonly failure = new Store<string | undefined>(undefined);
  readonly #run: () => Promise<void>;
  readonly #session: Session;
  readonly #signal: AbortSignal;
  #isReading = false;
  #isAsked = false;

  constructor(session: Session, signal: AbortSignal, run: () => Promise<void>) {
    this.#session = session;
    this.#signal = signal;
    this.#run = run;
  }

  /** Now, and not when its time has come. */
  readonly again = (): void => {
    this.#session.pause.wake();
    void this.read();
  };

  readonly read = async (): Promise<void> => {
    this.#isAsked = true;
    if (this.#isReading) return;
    this.#isReading = true;
    let failures = 0;
    while (this.#isAsked && !this.#signal.aborted) {
      this.#isAsked = false;
      try {
        await this.#run();
        failures = 0;
        this.failure.set(undefined);
      } catch (error) {
        const { text, remedy } = explain(error);
        if (this.#signal.aborted) break;
        this.failure.set(text);
        if (remedy !== 'wait') break;
        this.#isAsked = true;
        await this.#session.pause.for(waitMs(failures++, error));
      }
    }
    this.#isReading = false;
  };
}
