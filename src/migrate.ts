import { loadConfig } from './config/config.js';
import { loadEnvFile } from './config/env-file.js';
import { failStart } from './config/fail-start.js';
import { migrate } from './db/migrations/migrate.js';
import { databaseOptions } from './db/options.js';

/** `npm run migrate`: applies pending migrations and leaves; for where MIGRATE_ON_START is `false`. */
async function main(): Promise<void> {
  loadEnvFile();
  // No tokens are checked here: a key for them need not be set.
  const config = loadConfig({ ...process.env, NODE_ENV: 'development' });
  const { applied } = await migrate(databaseOptions(config, () => {}));
  process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'Nothing to apply\n');
}

main().catch(failStart);
