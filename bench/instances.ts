import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPostgresql, type PostgresqlServer } from '../test/support/find-postgresql.js';
import { startLoad } from '../test/support/load.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { readBack } from '../test/support/read-back.js';
import { startBalancer } from './balancer.js';
import { fillDatabase, makeRows } from './data.js';
import type { ToLoad } from './load.js';
import type { Operation } from './operations.js';
import { runLoad } from './run-load.js';
import { type BenchServer, startServer } from './server.js';

/** `npm run bench:instances`: one, two and four instances on one PostgreSQL, behind a balancer. `--help` shows the options. */
const USAGE = `npm run bench:instances -- [--instances 1,2,4] [--connections 32] [--rounds 3] [--seconds 3] [--out docs]
--out: where performance-instances.md and performance-instances.json go; without it the table is printed only.`;
const OPERATIONS = ['mix', 'list', 'get', 'message', 'create'] as const satisfies Operation[];

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '1,2,4' },
    connections: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const counts = values.instances.split(',').map(Number);
const connections = Number(values.connections);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

interface Measurement {
  instances: number;
  operation: Operation;
  perSecond: number;
  p99Ms: number;
  /** Of all instances together, for each request. */
  cpuUs: number;
}
interface Checked {
  instances: number;
  /** Writes that were acknowledged, and all of them read back. */
  acknowledged: number;
}

const measurements: Measurement[] = [];
const checks: Checked[] = [];
const postgresql = await findPostgresql();
const generator: ChildProcess = fork(join(import.meta.dirname, 'load.ts'), { execArgv: ['--import', 'tsx'] });
try {
  const { ids, rows } = makeRows();
  generator.send({ ids } satisfies ToLoad);
  for (const instances of counts) {
    await withInstances(postgresql, instances, rows, (group) => measure(instances, group));
  }
} finally {
  generator.disconnect();
  await postgresql.stop();
}
const text = table();
process.stdout.write(text);
if (values.out !== undefined) {
  writeFileSync(join(values.out, 'performance-instances.md'), text);
  writeFileSync(
    join(values.out, 'performance-instances.json'),
    `${JSON.stringify({ measurements, checks }, null, 1)}\n`,
  );
}

interface Group {
  /** The balancer's. */
  url: string;
  servers: BenchServer[];
}

async function withInstances(
  { url }: PostgresqlServer,
  instances: number,
  rows: ReturnType<typeof makeRows>['rows'],
  work: (group: Group) => Promise<void>,
): Promise<void> {
  const name = `support_instances_${process.pid}_${instances}`;
  await administer(url, `CREATE DATABASE ${name}`);
  const servers: BenchServer[] = [];
  try {
    say(`${instances}: filling with ${rows.length} tickets`);
    await fillDatabase(databaseUrl(url, name), 'postgresql', rows);
    for (let n = 0; n < instances; n += 1) servers.push(await startServer('ours', databaseUrl(url, name)));
    await using balancer = await startBalancer(servers.map((server) => server.url));
    await work({ url: balancer.url, servers });
  } finally {
    for (const server of servers) await server.stop();
    await administer(url, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function measure(instances: number, { url, servers }: Group): Promise<void> {
  const usage = async () => (await Promise.all(servers.map((one) => one.usage()))).map(({ cpuUs }) => cpuUs);
  const cpu = async () => (await usage()).reduce((sum, one) => sum + one, 0);
  for (const operation of OPERATIONS) await runLoad(generator, { url, operation, connections, seconds: 1 });
  for (const operation of OPERATIONS) {
    for (let round = 1; round <= rounds; round += 1) {
      const before = await cpu();
      const { perSecond, p99Ms, requests } = await runLoad(generator, { url, operation, connections, seconds });
      const cpuUs = ((await cpu()) - before) / requests;
      measurements.push({ instances, operation, perSecond, p99Ms: p99Ms ?? Number.NaN, cpuUs });
      say(`${instances}: ${operation}, round ${round}: ${perSecond.toFixed(0)}/s, ${cpuUs.toFixed(0)} µs CPU`);
    }
  }
  checks.push({ instances, acknowledged: await checkWrites(url) });
}

/**
 * Customers and an agent who write to the same tickets through different instances, and all of it read back.
 *
 * @returns how many writes were acknowledged
 * @throws where one was refused, or isn't there
 */
async function checkWrites(url: string): Promise<number> {
  const load = startLoad([url]);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const ledger = await load.stop();
  // An agent's message may come too late for a ticket that its customer has closed.
  const failed = ledger.writes.filter(({ fate, author }) => fate !== 'acknowledged' && author.startsWith('user_'));
  const { checked, contradictions } = await readBack(url, ledger);
  const wrong = [...ledger.faults, ...failed.map(({ fate, text }) => `${fate}: ${text}`), ...contradictions];
  if (wrong.length > 0) throw new Error(wrong.slice(0, 3).join('; '));
  return checked;
}

function table(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
  const cell = (instances: number, operation: Operation) => {
    const own = measurements.filter((one) => one.instances === instances && one.operation === operation);
    const of = (key: 'perSecond' | 'p99Ms' | 'cpuUs') => median(own.map((one) => one[key]));
    return `${of('perSecond').toFixed(0)} / ${of('p99Ms').toFixed(0)} / ${of('cpuUs').toFixed(0)}`;
  };
  const lines = [
    '# Several instances',
    '',
    'Made by `npm run bench:instances`; what it means stands in [performance.md](performance.md#several-instances). Commit',
    `${commit}; ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}; medians of ${rounds} rounds of ${seconds} s, ${connections} connections.`,
    'Requests a second / p99 in ms / CPU of all instances together for each request, in µs. No answer was an error.',
    '',
    `| | ${counts.map((n) => `${n} instance${n === 1 ? '' : 's'}`).join(' | ')} |`,
    `|---|${'---|'.repeat(counts.length)}`,
    ...OPERATIONS.map((operation) => `| ${operation} | ${counts.map((n) => cell(n, operation)).join(' | ')} |`),
    `| acknowledged writes read back, of them lost | ${checks.map(({ acknowledged }) => `${acknowledged}, 0`).join(' | ')} |`,
  ];
  return `${lines.join('\n')}\n`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
