import { expect, it } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { readBack } from '../support/read-back.js';
import { restClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { customerToken } from '../support/tokens.js';
import { expectWholePool } from '../support/whole-pool.js';

const POOL_MAX = 4;

it('kill -9 of one of two instances under load: the other goes on, on all tickets, and nothing acknowledged is lost', async ({
  annotate,
}) => {
  await using database = await createMigratedDatabase('postgresql');
  const env = {
    ...LOAD_ENV,
    DATABASE_URL: database.url,
    POOL_MAX: String(POOL_MAX),
    POOL_CONNECT_TIMEOUT_MS: '20000',
    TRANSACTION_TIMEOUT_MS: '20000',
  };
  const killed = await startServer({ env });
  await using other = await startServer({ env });

  const load = startLoad([other.url, killed.url]);
  await load.until(
    (ledger) => ledger.count('acknowledged', killed.url) >= 60 && ledger.count('acknowledged', other.url) >= 60,
  );
  await killed.stop('SIGKILL');
  const before = load.ledger.count('acknowledged', other.url);
  await load.until((ledger) => ledger.count('acknowledged', other.url) >= before + 60);
  const ledger = await load.stop();

  expect(ledger.faults).toEqual([]);
  expect(ledger.writes.filter(({ url, fate }) => url === other.url && fate === 'unanswered')).toEqual([]);
  const { checked, contradictions } = await readBack(other.url, ledger);
  expect(contradictions).toEqual([]);
  // Neither a lock of the dead one is left, on whatever it was writing to,
  for (const { owner, ticketId, created } of ledger.tickets) {
    if (created.url !== killed.url || ticketId === undefined) continue;
    const { status } = await restClient(other.url, customerToken(owner)).post(`/support/tickets/${ticketId}/close`);
    expect(status).toBe(200);
  }
  // nor a connection.
  await expectWholePool(other.url, database.url, POOL_MAX);
  await annotate(`1 kill, ${checked} acknowledged writes found, ${ledger.count('unanswered')} unanswered`);
});
