import { loadConfig } from './config.js';
import { migrate } from './db/migrate.js';
import { databaseOptions } from './db/options.js';
import { loadEnvFile } from './env-file.js';
import { failStart } from './fail-start.js';

/** `npm run migrate`: applies pending migrations and leaves; for where MIGRATE_ON_START is `false`. */
async function main(): Promise<void> {
  loadEnvFile();
  // No tokens are checked here: a key for them need not be set.
  const config = loadConfig({ ...process.env, NODE_ENV: 'development' });
  const { applied } = await migrate(databaseOptions(config, () => {}));
  process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'Nothing to apply\n');
}

main().catch(failStart);
