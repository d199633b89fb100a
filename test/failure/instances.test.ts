import { expect, it, onTestFinished } from 'vitest';
import { startBalancer } from '../../bench/balancer.js';
import { createMigratedDatabase } from '../support/databases.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { readBack } from '../support/read-back.js';
import { startServer } from '../support/start-server.js';
import { expectExactCounts } from '../support/ticket-counts.js';

const WRITES = 400;

it.each([2, 4])('%i instances behind a balancer: no error, and nothing acknowledged is lost', async (instances) => {
  await using database = await createMigratedDatabase('postgresql');
  const env = { ...LOAD_ENV, DATABASE_URL: database.url, POOL_MAX: '4' };
  const running = await Promise.all(Array.from({ length: instances }, () => startServer({ env })));
  onTestFinished(async () => {
    for (const server of running) await server[Symbol.asyncDispose]();
  });
  await using balancer = await startBalancer(running.map(({ url }) => url));

  const load = startLoad([balancer.url]);
  await load.until((ledger) => ledger.count('acknowledged') >= WRITES);
  const ledger = await load.stop();

  expect(ledger.faults).toEqual([]);
  expect(ledger.count('unanswered')).toBe(0);
  // Each has served its part, and had no failure to tell of.
  for (const { stdout } of running) {
    const lines = stdout
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { level: string; msg: string; status?: number });
    expect(lines.filter(({ msg }) => msg === 'request').length).toBeGreaterThan(WRITES / instances / 10);
    expect(lines.filter(({ status = 200 }) => status >= 500)).toEqual([]);
  }
  const { checked, contradictions } = await readBack(balancer.url, ledger);
  expect(contradictions).toEqual([]);
  expect(checked).toBeGreaterThanOrEqual(WRITES);
  await expectExactCounts(database.url);
});
