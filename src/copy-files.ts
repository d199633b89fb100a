import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from './config/config.js';
import { loadEnvFile, readEnvFile } from './config/env-file.js';
import { failStart } from './config/fail-start.js';
import { openDatabase } from './db/database.js';
import { MigrationError, pendingMigrations } from './db/migrations/migrate.js';
import { databaseOptions } from './db/options.js';
import { type Copied, copyFiles } from './storage/copy/copy-files.js';
import { configWithStore } from './storage/copy/store-settings.js';
import { openFileStore, placeOf } from './storage/open-store.js';

const REPORT_MS = 2_000;

const USAGE = `npm run files:copy -- --to <file>      from where the service has its files
npm run files:copy -- --from <file>    to where the service has its files
Both of them: from the one to the other. A file has the settings of a store: FILES_FOLDER, or S3_BUCKET and others.
--new-only    what the target has already is not read and compared`;

/** `npm run files:copy`: copies the files of the database from one store into another, while the service runs. */
async function main(): Promise<void> {
  const { from, to, 'new-only': newOnly = false, help } = readArguments();
  if (help) return say(USAGE);
  if (from === undefined && to === undefined) throw new ConfigError(USAGE);
  loadEnvFile();
  // No tokens are checked here: a key for them need not be set.
  const env = { ...process.env, NODE_ENV: 'development' };
  const config = loadConfig(env);
  const storeOf = (path: string | undefined) =>
    path === undefined ? config : configWithStore(env, path, readEnvFile(path));
  const [source, target] = [storeOf(from), storeOf(to)];
  if (placeOf(source) === placeOf(target)) throw new ConfigError(`Both are ${placeOf(source)}`);
  const options = databaseOptions(config, () => {});
  const pending = await pendingMigrations(options);
  if (pending.length > 0)
    throw new MigrationError(`Migrations are pending (${pending.join(', ')}): run npm run migrate`);
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.abort());

  say(`From ${placeOf(source)}\nto   ${placeOf(target)}`);
  const db = await openDatabase(options);
  try {
    let reported = performance.now();
    const copied = await copyFiles({
      db,
      source: await openFileStore(source),
      target: await openFileStore(target, { forCopies: true }),
      checksAll: !newOnly,
      signal: stopped.signal,
      onProgress: (step, files, of, bytes) => {
        if (performance.now() - reported < REPORT_MS) return;
        reported = performance.now();
        say(`${step} ${files} of ${of} files, ${mebibytes(bytes)}`);
      },
      onFault: (fileId, why) => process.stderr.write(`${fileId}: ${why}\n`),
    });
    report(copied, newOnly);
  } finally {
    await db.close();
  }
}

function readArguments() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({ options: { from: text, to: text, 'new-only': flag, help: flag } }).values;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${USAGE}`);
  }
}

function report({ files, bytes, before, compared, renewed, faults, ended, ...copied }: Copied, newOnly: boolean): void {
  say(`The database has ${files} files, ${mebibytes(bytes)}. The target had ${before} of them.`);
  say(`Copied ${copied.copied} files, ${mebibytes(copied.copiedBytes)}; each was read back and compared.`);
  if (before > 0) {
    say(
      newOnly ? 'What the target had was not compared.' : `Compared ${compared} that it had; ${renewed} were damaged.`,
    );
  }
  if (faults > 0) say(`The target does not have ${faults} files, or not whole: their ids are above.`);
  if (ended === 'early') say('Ended early: the next run goes on from here.');
  else if (faults === 0) say('All is there.');
  process.exitCode = faults > 0 || ended === 'early' ? 1 : 0;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch(failStart);
