import { describe, expect, it } from 'vitest';
import { createMigratedDatabase } from '../support/databases.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { readBack } from '../support/read-back.js';
import { startServer } from '../support/start-server.js';

/** Code that has nothing to do with a request, and fails when it gets the signal. */
const defects = [
  ['an exception that nobody caught', `throw new Error('boom')`],
  ['a rejection that nobody handled', `Promise.reject(new Error('boom'))`],
] as const;

describe.each(['sqlite', 'postgresql'] as const)('a defect under load on %s', (engine) => {
  it.each(defects)('%s ends the process, with a line in the log and nothing lost', async (_what, code) => {
    await using database = await createMigratedDatabase(engine);
    const env = { ...LOAD_ENV, DATABASE_URL: database.url };
    const preload = `data:text/javascript,process.on('SIGUSR2',()=>{${encodeURIComponent(code)}})`;
    const server = await startServer({ env: { ...env, NODE_OPTIONS: `--import=${preload}` } });
    const load = startLoad([server.url]);
    await load.until((ledger) => ledger.count('acknowledged') >= 50);
    expect(await server.stop('SIGUSR2')).toBe(1);
    const ledger = await load.stop();
    const line = server.stdout.find((one) => one.includes('"level":"fatal"')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ err: { message: 'boom' } });

    await using after = await startServer({ env });
    expect((await readBack(after.url, ledger)).contradictions).toEqual([]);
  });
});
