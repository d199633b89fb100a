import { ConfigError } from './config.js';

const EXPECTED = new Set(['MigrationError', 'CopyError']);

/** Ends the process with one plain line for each fault; with a stack only where the fault is ours. */
export function failStart(error: unknown): never {
  const text = error instanceof Error ? (isExpected(error) ? error.message : error.stack) : error;
  const lines = String(text).split('\n');
  process.stderr.write(lines.map((line) => `support-api: ${line}\n`).join(''));
  process.exit(1);
}

/** Configuration, migrations and copies of files say what to do; of the machine (port taken, database away) the message says enough. */
function isExpected(error: Error): boolean {
  return error instanceof ConfigError || EXPECTED.has(error.name) || 'code' in error;
}
