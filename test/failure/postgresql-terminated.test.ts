import { expect, inject, it } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { administer } from '../support/postgresql-server.js';
import { readBack, undecided } from '../support/read-back.js';
import { startServer } from '../support/start-server.js';
import { expectWholePool } from '../support/whole-pool.js';

const ROUNDS = 25;
const WRITES_PER_ROUND = 15;
const POOL_MAX = 4;

it('PostgreSQL backends terminated under load: nothing acknowledged is lost, nothing refused is stored, and the pool stays whole', async ({
  annotate,
}) => {
  await using database = await createMigratedDatabase('postgresql');
  const name = new URL(database.url).pathname.slice(1);
  await using server = await startServer({
    env: {
      ...LOAD_ENV,
      DATABASE_URL: database.url,
      POOL_MAX: String(POOL_MAX),
      POOL_CONNECT_TIMEOUT_MS: '20000',
      TRANSACTION_TIMEOUT_MS: '20000',
    },
  });

  const load = startLoad([server.url]);
  let terminated = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    await load.until((ledger) => ledger.count('acknowledged') >= round * WRITES_PER_ROUND);
    const rows = await administer(
      inject('postgresqlUrl'),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
    terminated += rows.length;
  }
  await load.until((ledger) => ledger.count('acknowledged') >= (ROUNDS + 2) * WRITES_PER_ROUND);
  const ledger = await load.stop();

  expect(ledger.faults).toEqual([]);
  expect(ledger.count('unanswered')).toBe(0);
  expect(ledger.count('refused')).toBeGreaterThan(0);
  await expectWholePool(server.url, database.url, POOL_MAX);
  expect(await server.stop()).toBe(0);

  await using after = await startServer({ env: { ...LOAD_ENV, DATABASE_URL: database.url } });
  const undecidedHere = undecided(server.stdout);
  const { checked, contradictions } = await readBack(after.url, ledger, { undecided: undecidedHere });
  expect(contradictions).toEqual([]);
  await annotate(
    `${terminated} backends terminated, ${checked} acknowledged writes found, ${ledger.count('refused')} refused, ${undecidedHere.size} of them undecided`,
  );
});
