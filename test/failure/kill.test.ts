import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/databases.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { readBack } from '../support/read-back.js';
import { startServer } from '../support/start-server.js';

const KILL_AFTER = 150;

describe.each(['sqlite', 'postgresql'] as const)('kill -9 under concurrent writes on %s', (engine) => {
  it('finds every acknowledged write after the restart, and nothing half-written', async ({ annotate }) => {
    await using database = await createTestDatabase(engine);
    const env = { ...LOAD_ENV, DATABASE_URL: database.url };
    const first = await startServer({ env });
    const load = startLoad([first.url]);
    await load.until((ledger) => ledger.count('acknowledged') >= KILL_AFTER);
    await first.stop('SIGKILL');
    const ledger = await load.stop();

    await using second = await startServer({ env });
    const { checked, contradictions } = await readBack(second.url, ledger);
    expect(contradictions).toEqual([]);
    await annotate(`1 kill, ${checked} acknowledged writes found, ${ledger.count('unanswered')} unanswered`);
  });
});
