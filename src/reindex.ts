import { loadConfig } from './config/config.js';
import { loadEnvFile } from './config/env-file.js';
import { failStart } from './config/fail-start.js';
import { openDatabase } from './db/database.js';
import { MigrationError, pendingMigrations } from './db/migrations/migrate.js';
import { databaseOptions } from './db/options.js';
import { reindex } from './search/reindex.js';
import { normalizeTags } from './tags/normalize-tags.js';

const REPORT_MS = 2_000;

/** `npm run reindex`: brings what is compared up to this version while the service runs: the search's words, and tags. */
async function main(): Promise<void> {
  loadEnvFile();
  // No tokens are checked here: a key for them need not be set.
  const config = loadConfig({ ...process.env, NODE_ENV: 'development' });
  const options = databaseOptions(config, () => {});
  const pending = await pendingMigrations(options);
  if (pending.length > 0)
    throw new MigrationError(`Migrations are pending (${pending.join(', ')}): run npm run migrate`);
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.abort());

  const db = await openDatabase(options);
  try {
    await normalizeTags(db);
    let reported = performance.now();
    const done = await reindex({
      db,
      signal: stopped.signal,
      onProgress: (texts, of) => {
        if (performance.now() - reported < REPORT_MS) return;
        reported = performance.now();
        process.stdout.write(`${texts} of ${of} texts\n`);
      },
    });
    const rest = stopped.signal.aborted ? ': ended, the next run goes on from here' : ', all texts are up to date';
    process.stdout.write(`Indexed ${done} texts${rest}\n`);
  } finally {
    await db.close();
  }
}

main().catch(failStart);
