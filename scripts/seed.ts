import { ConfigError, loadConfig } from '../src/config/config.js';
import { loadEnvFile } from '../src/config/env-file.js';
import { openDatabase } from '../src/db/database.js';
import { migrate } from '../src/db/migrations/migrate.js';
import { databaseOptions } from '../src/db/options.js';
import { systemClock } from '../src/schema/clock.js';
import { callsOf, seedDesk } from './seed/desk.js';

/** No tokens are checked here: a key for them need not be set. What is made up may be lost with the power. */
const SETTINGS = { NODE_ENV: 'development', SQLITE_SYNCHRONOUS: 'NORMAL' };
/** Tickets between two lines of progress. */
const REPORT_EVERY = 100;

/**
 * `npm run seed`: fills an empty database with a month of a support desk, to try the API with. Refuses production, and a
 * database that has tickets.
 */
async function main(): Promise<void> {
  loadEnvFile();
  if (process.env.NODE_ENV === 'production') throw new ConfigError('NODE_ENV is production: nothing is made up there');
  const options = databaseOptions(loadConfig({ ...process.env, ...SETTINGS }), () => {});
  await migrate(options);
  const db = await openDatabase(options);
  try {
    const { desk } = callsOf({ db, clock: systemClock }, { userId: 'seed', role: 'agent' });
    const tickets = Object.values(await desk.tickets.counts()).reduce((sum, { total }) => sum + total, 0);
    if (tickets > 0) throw new ConfigError(`The database has ${tickets} tickets: seed an empty one`);
    await seedDesk({
      db,
      until: systemClock.now(),
      onProgress: (opened, of) => {
        if (opened % REPORT_EVERY === 0) process.stdout.write(`${opened} of ${of} tickets\n`);
      },
    });
    process.stdout.write(
      'Done. Agents are agent_dana, agent_jonas, agent_mei, agent_luca and agent_amira; user_123 is a customer:\n',
    );
    process.stdout.write('  npm run --silent token -- --sub agent_dana --role agent\n');
  } finally {
    await db.close();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
