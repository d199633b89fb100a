import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/databases.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { readBack } from '../support/read-back.js';
import { startReading } from '../support/read-load.js';
import { startServer } from '../support/start-server.js';

/** How many writes to wait for. scripts/test-on-node.ts asks for more. */
const WRITES = Number(process.env.TEST_LOAD_WRITES ?? 500);

const collectGarbage = pathToFileURL(join(import.meta.dirname, '../support/collect-garbage.mjs')).href;

// better-sqlite3 12 ended the process on Node 24.19 and newer, in a collection that took away a statement.
describe.each(['sqlite', 'postgresql'] as const)(
  'a mixed load on %s while garbage is collected all the time',
  (engine) => {
    it('is served to the end, and nothing of it is lost', async ({ annotate }) => {
      await using database = await createTestDatabase(engine);
      const env = { ...LOAD_ENV, DATABASE_URL: database.url, NODE_OPTIONS: `--import=${collectGarbage}` };
      await using server = await startServer({ env });
      const load = startLoad([server.url]);
      const reading = startReading(server.url);
      await load.until(({ writes }) => writes.length >= WRITES);
      const { answered, faults } = await reading.stop();
      const ledger = await load.stop();

      expect([...faults, ...ledger.faults]).toEqual([]);
      expect(ledger.count('unanswered')).toBe(0);
      const { checked, contradictions } = await readBack(server.url, ledger);
      expect(contradictions).toEqual([]);
      expect(await server.stop()).toBe(0);
      const [said, ...others] = server.stderr;
      const collections = Number(/^garbage collections: (\d+)$/.exec(said ?? '')?.[1]);
      expect(collections).toBeGreaterThan(10);
      expect(others).toEqual([]);
      await annotate(
        `${checked} writes and ${answered} reads on Node ${process.versions.node}, ${collections} collections`,
      );
    });
  },
);
