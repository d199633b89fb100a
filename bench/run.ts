import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { type Engine, fillDatabase, makeRows, reopen } from './data.js';
import type { Job, Result, ToLoad } from './load.js';
import { OPERATIONS, type Operation } from './operations.js';
import { type Measurement, type Resting, writeReport } from './report.js';
import { runLoad } from './run-load.js';
import { type BenchServer, SERVERS, type ServerName, startServer } from './server.js';

/**
 * `npm run bench`: three servers side by side on databases of their own with the same rows, each operation in rounds that
 * take turns, so that whatever else the machine does falls on all alike. `--help` shows the options.
 */
const USAGE = `npm run bench -- [--engines sqlite,postgresql] [--servers ours,floor,plain] [--operations ${OPERATIONS.join(',')}]
  [--connections 1,32,256] [--rounds 3] [--seconds 2] [--out docs]
--out: where performance.json, and its tables and charts go; without it they are printed only.`;

const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: 'sqlite,postgresql' },
    servers: { type: 'string', default: Object.keys(SERVERS).join(',') },
    operations: { type: 'string', default: OPERATIONS.join(',') },
    connections: { type: 'string', default: '1,32,256' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const engines = values.engines.split(',') as Engine[];
const names = values.servers.split(',') as ServerName[];
const operations = values.operations.split(',') as Operation[];
const connections = values.connections.split(',').map(Number);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

const folder = mkdtempSync(join(tmpdir(), 'support-api-bench-'));
const { ids, rows } = makeRows();
const load = fork(join(import.meta.dirname, 'load.ts'), { execArgv: ['--import', 'tsx'] });
load.send({ ids } satisfies ToLoad);

const total = engines.length * operations.length * connections.length * rounds * names.length;
let done = 0;
const measurements: Measurement[] = [];
const resting: Resting[] = [];
try {
  for (const engine of engines) await measureEngine(engine);
} finally {
  load.disconnect();
  rmSync(folder, { recursive: true, force: true });
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`;
writeReport({ commit, machine, rounds, seconds, measurements, resting }, values.out);

async function measureEngine(engine: Engine): Promise<void> {
  const postgresql = engine === 'postgresql' ? await findPostgresql() : undefined;
  const databases = new Map<ServerName, string>();
  const servers = new Map<ServerName, BenchServer>();
  try {
    for (const name of names) {
      progress(`${engine}: filling the database of ${name} with ${rows.length} tickets`);
      const database = `support_bench_${process.pid}_${name}`;
      if (postgresql) await administer(postgresql.url, `CREATE DATABASE ${database}`);
      const url = postgresql ? databaseUrl(postgresql.url, database) : `file:${join(folder, `${name}.db`)}`;
      databases.set(name, url);
      await fillDatabase(url, engine, rows);
      const server = await startServer(name, url);
      servers.set(name, server);
      const { rssBytes } = await server.usage();
      resting.push({ engine, server: name, startMs: server.startMs, restMiB: rssBytes / 2 ** 20, peakMiB: 0 });
    }
    // Compiled and cached as in a server that has been up for a while.
    for (const operation of operations) {
      for (const name of names) await stretch(engine, name, operation, 32, 2, servers, databases);
    }
    for (const connection of connections) {
      for (const operation of operations) {
        for (let round = 1; round <= rounds; round += 1) {
          for (const name of names) {
            const { usage, result } = await stretch(engine, name, operation, connection, seconds, servers, databases);
            measurements.push({ engine, server: name, operation, connections: connection, ...result, cpuUs: usage });
            done += 1;
            progress(
              `${done}/${total} ${engine} ${operation} c=${connection} round ${round} ${name}: ` +
                `${result.perSecond.toFixed(0)}/s, p99 ${result.p99Ms?.toFixed(1) ?? '–'} ms, ${usage.toFixed(0)} µs CPU`,
            );
          }
        }
      }
    }
    for (const row of resting.filter((one) => one.engine === engine)) {
      const usage = await servers.get(row.server)?.usage();
      row.peakMiB = (usage?.peakRssKb ?? 0) / 1024;
    }
  } finally {
    for (const server of servers.values()) await server.stop();
    for (const name of databases.keys()) {
      if (postgresql)
        await administer(postgresql.url, `DROP DATABASE support_bench_${process.pid}_${name} WITH (FORCE)`);
    }
    await postgresql?.stop();
  }
}

/** One stretch of load on one server, and the CPU time that a request took there, in µs. */
async function stretch(
  engine: Engine,
  name: ServerName,
  operation: Operation,
  connection: number,
  duration: number,
  servers: Map<ServerName, BenchServer>,
  databases: Map<ServerName, string>,
): Promise<{ result: Result; usage: number }> {
  const server = servers.get(name) as BenchServer;
  const job: Job = { url: server.url, operation, connections: connection, seconds: duration };
  if (operation === 'close') await reopen(databases.get(name) as string, engine);
  const before = await server.usage();
  const result = await runLoad(load, job);
  const after = await server.usage();
  return { result, usage: (after.cpuUs - before.cpuUs) / result.requests };
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
