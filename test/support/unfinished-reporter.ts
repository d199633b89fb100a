import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * For runs with a time limit: ended by SIGTERM, it says which files had not ended. What hangs is one of them. It also adds them to
 * the file that `UNFINISHED` names, a line each.
 */
export default class UnfinishedReporter implements Reporter {
  /** By ids: each event has an object of its own. */
  readonly #modules = new Map<string, string>();

  constructor() {
    process.once('SIGTERM', () => {
      const { UNFINISHED } = process.env;
      for (const module of this.#modules.values()) {
        process.stdout.write(`Unfinished: ${module}\n`);
        if (UNFINISHED) appendFileSync(UNFINISHED, `- unfinished: ${module}\n`);
      }
      process.exit(143);
    });
  }

  onTestModuleQueued({ id, project, relativeModuleId }: TestModule): void {
    this.#modules.set(id, `${project.name} ${relativeModuleId}`);
  }

  onTestModuleEnd({ id }: TestModule): void {
    this.#modules.delete(id);
  }
}
