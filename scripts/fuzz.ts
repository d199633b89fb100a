import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Engine } from '../src/db/handle.js';
import { fuzz, type Statuses } from '../test/fuzz/fuzz.js';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { startServer } from '../test/support/start-server.js';
import { TEST_SECRET } from '../test/support/tokens.js';

// The long run of test/fuzz: inputs of every kind against the built server in a process of its own.

const USAGE = 'Usage: npm run fuzz -- [--engine sqlite|postgresql] [--runs 20000] [--seed 1] [--path 12:0:3]';
const PROGRESS_MS = 2000;

interface Options {
  engines: Engine[];
  runs: number;
  seed: number;
  path: string | undefined;
}

async function main(): Promise<void> {
  const { engines, runs, seed, path } = options();
  for (const engine of engines) {
    print(`${engine}: ${runs} inputs, --seed ${seed}`);
    const started = Date.now();
    let shown = started;
    let tried = 0;
    const statuses = await onServer(engine, (target) =>
      fuzz(target, {
        seed,
        numRuns: runs,
        ...(path && { path }),
        onInput() {
          tried += 1;
          if (Date.now() - shown < PROGRESS_MS) return;
          shown = Date.now();
          print(`  ${tried} of ${runs}, ${Math.round((tried * 1000) / (shown - started))} a second`);
        },
      }),
    );
    print(`  ${tried} tried in ${Math.round((Date.now() - started) / 1000)} s, nothing found. Answers:`);
    print(table(statuses));
  }
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string' },
      runs: { type: 'string', default: '20000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      path: { type: 'string' },
    },
  });
  const engines: Engine[] = ['sqlite', 'postgresql'];
  const chosen = engines.filter((engine) => values.engine === undefined || values.engine === engine);
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (chosen.length === 0 || !Number.isSafeInteger(runs) || !Number.isSafeInteger(seed)) throw new Error(USAGE);
  return { engines: chosen, runs, seed, path: values.path };
}

/** Runs `work` on a built server with a new database of its own; both are gone afterwards, also after Ctrl-C. */
async function onServer(engine: Engine, work: (target: Parameters<typeof fuzz>[0]) => Promise<Statuses>) {
  const database = engine === 'sqlite' ? newFile() : await newDatabase();
  const interrupted = () => void database.remove().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  try {
    const env = {
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_SECRET,
      LOG_LEVEL: 'info',
      // Inputs have URLs in them.
      WEBHOOK_DELIVERY: 'false',
      SQLITE_SYNCHRONOUS: 'NORMAL',
    };
    await using server = await startServer({ env });
    // Its output grows by a line for each request: the last ones are enough.
    const log = () => [...server.stdout.slice(-3), ...server.stderr.slice(-20)];
    return await work({ url: server.url, databaseUrl: database.url, log });
  } finally {
    process.off('SIGINT', interrupted);
    await database.remove();
  }
}

interface NewDatabase {
  url: string;
  remove(): Promise<void>;
}

function newFile(): NewDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'support-api-fuzz-'));
  return {
    url: `file:${join(folder, 'support.db')}`,
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function newDatabase(): Promise<NewDatabase> {
  const server = await findPostgresql();
  const name = `support_fuzz_${randomUUID().replaceAll('-', '')}`;
  await administer(server.url, `CREATE DATABASE ${name}`);
  return {
    url: databaseUrl(server.url, name),
    async remove() {
      await administer(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await server.stop();
    },
  };
}

function table(statuses: Statuses): string {
  return [...statuses]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([what, count]) => `    ${what.padEnd(32)}${String(count).padStart(8)}`)
    .join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await main();
} catch (error) {
  const { message, cause } = error as Error;
  process.stderr.write(`${message}\n\n${cause instanceof Error ? cause.message : ''}\n`);
  process.exitCode = 1;
}
