import type { Clock } from '../../src/schema/clock.js';

interface Step {
  at: Date;
  run(): Promise<void>;
}

/** Does what is planned in the order of its times, with a clock that shows them: days pass in seconds. */
export class Timeline implements Clock {
  readonly #end: Date;
  readonly #steps: Step[] = [];
  #now: Date;

  constructor(start: Date, end: Date) {
    this.#now = start;
    this.#end = end;
  }

  now(): Date {
    return this.#now;
  }

  /** Plans a step. What would come after the end is never done. */
  plan(at: Date, run: Step['run']): void {
    if (at > this.#end) return;
    const before = this.#steps.findLastIndex((step) => step.at <= at);
    this.#steps.splice(before + 1, 0, { at, run });
  }

  /** Does all steps, those that they plan too. */
  async run(): Promise<void> {
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      if (step.at > this.#now) this.#now = step.at;
      await step.run();
    }
    this.#now = this.#end;
  }
}
