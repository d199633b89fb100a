import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPostgresql, type PostgresqlServer } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { rawRows } from '../test/support/raw-rows.js';
import type { Engine } from './data.js';
import { quantile } from './quantile.js';
import { type Filled, fill, type Shape, shapeOf } from './scale-data.js';
import { type Filter, farPage, listPath, operationsOn } from './scale-operations.js';
import { type ScaleReport, writeScaleReport } from './scale-report.js';
import { type BenchServer, startServer } from './server.js';
import { steadyLoad, type Target, tokenOf } from './steady-load.js';

/**
 * `npm run bench:scale`: the same requests on databases of 10 thousand to 10 million tickets, side by side. `--help` shows
 * the options.
 */
const USAGE = `npm run bench:scale -- [--engines sqlite,postgresql] [--sizes 10k,100k,1m] [--rate 300] [--seconds 60] [--out docs]
--sizes: of the databases; 10m is for PostgreSQL alone, needs 15 GB of disk and some 15 minutes to fill.
--rate: requests a second, over all databases of an engine together, on 8 connections.
--out: where performance-scale.md and performance-scale.json go, beside what they have of the other engine; without it the tables are
printed only.`;

const CONNECTIONS = 8;
const SIZES: Record<string, number> = { '10k': 10_000, '100k': 100_000, '1m': 1_000_000, '10m': 10_000_000 };

const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: 'sqlite,postgresql' },
    sizes: { type: 'string', default: '10k,100k,1m' },
    rate: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '60' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const engines = values.engines.split(',') as Engine[];
const sizes = values.sizes.split(',').map((size) => {
  const tickets = SIZES[size];
  if (tickets === undefined) throw new Error(`No such size: ${size}\n${USAGE}`);
  return tickets;
});

const folder = mkdtempSync(join(tmpdir(), 'support-api-scale-'));
try {
  for (const engine of engines) {
    writeScaleReport(await measureEngine(engine), values.out);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureEngine(engine: Engine): Promise<ScaleReport> {
  const report: ScaleReport = {
    engine,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`,
    connections: CONNECTIONS,
    rate: Number(values.rate),
    seconds: Number(values.seconds),
    fills: [],
    together: [],
    measurements: [],
  };
  const postgresql = engine === 'postgresql' ? await findPostgresql() : undefined;
  const databases: string[] = [];
  const servers: BenchServer[] = [];
  try {
    const targets: Target[] = [];
    for (const tickets of sizes) {
      if (!postgresql && tickets > 1_000_000) continue;
      const url = await newDatabase(postgresql, tickets, databases);
      const filled = await fillWithProgress(engine, url, shapeOf(tickets), report);
      const server = await startServer('ours', url);
      servers.push(server);
      const totals = await totalsIn(url);
      await checkFarPages(engine, url, server.url, shapeOf(tickets), totals);
      targets.push({
        name: String(tickets),
        url: server.url,
        operations: operationsOn(shapeOf(tickets), filled, totals),
      });
    }
    const load = { connections: CONNECTIONS, rate: report.rate };
    const silent = () => {};
    // Compiled and cached as in a server that has been up for a while.
    await steadyLoad(targets, { ...load, seconds: Math.min(15, report.seconds), progress: silent });
    const progress = (left: number) => say(`${engine}: measuring, ${left} s left`);
    const times = await steadyLoad(targets, { ...load, seconds: report.seconds, progress });
    for (const [tickets, byOperation] of times) {
      const of = (operation: string, ms: number[]) => ({ tickets: Number(tickets), operation, ...quantiles(ms) });
      for (const [operation, ms] of byOperation) report.measurements.push(of(operation, ms));
      for (const [operation, ms] of together(byOperation)) report.together.push(of(operation, ms));
    }
    return report;
  } finally {
    for (const server of servers) await server.stop();
    for (const name of databases) {
      if (postgresql) await administer(postgresql.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
    await postgresql?.stop();
  }
}

async function newDatabase(postgresql: PostgresqlServer | undefined, tickets: number, databases: string[]) {
  const name = `support_scale_${process.pid}_${tickets}`;
  if (!postgresql) return `file:${join(folder, `${name}.db`)}`;
  databases.push(name);
  await administer(postgresql.url, `CREATE DATABASE ${name}`);
  return databaseUrl(postgresql.url, name);
}

async function fillWithProgress(engine: Engine, url: string, shape: Shape, { fills }: ScaleReport): Promise<Filled> {
  const { tickets } = shape;
  const started = performance.now();
  let said = started;
  const seconds = () => (performance.now() - started) / 1000;
  const filled = await fill(url, engine, shape, (done) => {
    if (done < tickets && performance.now() - said < 2000) return;
    said = performance.now();
    const part = `${Math.round((done / tickets) * 100)} % of ${tickets} tickets`;
    say(`${engine}: ${part}, ${Math.round(done / seconds())} a second${done < tickets ? '' : '; indexes and counts'}`);
  });
  const bytes = await sizeOf(engine, url);
  fills.push({ tickets, seconds: seconds(), bytes });
  say(`${engine}: filled with ${tickets} tickets in ${seconds().toFixed(0)} s, ${(bytes / 2 ** 20).toFixed(0)} MiB`);
  return filled;
}

async function sizeOf(engine: Engine, url: string): Promise<number> {
  const sql =
    engine === 'sqlite'
      ? 'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()'
      : 'SELECT pg_database_size(current_database()) AS bytes';
  const [row] = await rawRows(url, sql);
  return Number(row?.bytes);
}

/** What the heavy users have, counted from the tickets themselves. */
async function totalsIn(url: string): Promise<(user: string, filter: Filter) => number> {
  const rows = (await rawRows(
    url,
    `SELECT user_id, status, priority, count(*) AS tickets FROM tickets WHERE user_id LIKE 'heavy%' GROUP BY user_id, status, priority`,
  )) as { user_id: string; status: string; priority: string; tickets: unknown }[];
  return (user, { status, priority }) =>
    rows
      .filter((row) => row.user_id === user)
      .filter((row) => (!status || row.status === status) && (!priority || row.priority === priority))
      .reduce((sum, row) => sum + Number(row.tickets), 0);
}

/**
 * Holds far pages against what the database says by itself.
 *
 * @throws where one differs
 */
async function checkFarPages(
  engine: Engine,
  url: string,
  server: string,
  { heavyUsers }: Shape,
  totals: (user: string, filter: Filter) => number,
): Promise<void> {
  const filters: Filter[] = [{}, { status: 'Closed' }, { priority: 'Medium' }, { status: 'Open', priority: 'Low' }];
  for (const filter of filters) {
    const user = `heavy_${heavyUsers - 1}`;
    const total = totals(user, filter);
    const page = farPage(total);
    const where = Object.entries(filter).map(([column, value]) => ` AND ${column} = '${value}'`);
    const expected = await rawRows(
      url,
      `SELECT id FROM tickets WHERE user_id = '${user}'${where.join('')} ORDER BY created_at DESC, id DESC LIMIT 20 OFFSET ${(page - 1) * 20}`,
    );
    const answer = await fetch(server + listPath(filter, page), {
      headers: { authorization: `Bearer ${tokenOf(user)}` },
    });
    const { data } = (await answer.json()) as { data: { ticketId: string }[] | null };
    const same = JSON.stringify(data?.map((row) => row.ticketId)) === JSON.stringify(expected.map((row) => row.id));
    if (same && Number(answer.headers.get('x-total-count')) === total) continue;
    throw new Error(`${engine}: page ${page} of ${user} by ${JSON.stringify(filter)} is not what the database has`);
  }
}

/** By the first word of their names: a p99 of thousands of requests instead of hundreds. */
function together(byOperation: ReadonlyMap<string, number[]>): Map<string, number[]> {
  const all = new Map<string, number[]>();
  for (const [operation, ms] of byOperation) {
    const kind = /^\w+/.exec(operation)?.[0] ?? operation;
    all.set(kind, [...(all.get(kind) ?? []), ...ms]);
  }
  return all;
}

function quantiles(ms: number[]): { requests: number; p50Ms: number; p99Ms: number } {
  const sorted = ms.sort((a, b) => a - b);
  return { requests: sorted.length, p50Ms: quantile(sorted, 0.5) ?? 0, p99Ms: quantile(sorted, 0.99) ?? 0 };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
