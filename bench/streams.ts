import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createSigner } from 'fast-jwt';
import { v7 as uuidv7 } from 'uuid';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { type Engine, fillDatabase } from './data.js';
import { quantile } from './quantile.js';
import type { Operation } from './scale-operations.js';
import { type BenchServer, SECRET, startServer } from './server.js';
import { steadyLoad, tokenOf } from './steady-load.js';
import type { Opened, Taken, ToWatchers, Watch } from './streams/watch-process.js';
import { yieldToAll } from './yield-to-all.js';

/** `npm run bench:streams`: what live streams cost, and how late what they tell is. `--help` shows the options. */
const USAGE = `npm run bench:streams -- [--engines sqlite,postgresql] [--rate 200] [--seconds 5] [--rounds 9] [--out docs]
--out: where performance-streams.md and performance-streams.json go; without it the table is printed only.`;

const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: 'sqlite,postgresql' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '9' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);

const STREAMS = 2_000;
/** Of them; the others are customers', one each. */
const AGENTS = 50;
const STORM = 500;
const CONNECTIONS = 32;
/** Until what was made for opening streams, or is left of closed ones, has been collected. */
const REST_MS = 3_000;

const sign = createSigner({ key: SECRET, algorithm: 'HS256' });
const agentToken = (user: string) => sign({ sub: user, role: 'agent', exp: Math.floor(Date.now() / 1000) + 86_400 });
const rows = Array.from({ length: STREAMS }, (_, n) => ({ id: `ticket_${uuidv7()}`, user: `user_${n}`, messages: 0 }));
const rowOf = (n: number) => rows[(n * 7919) % rows.length] as (typeof rows)[number];
const watches = (count: number, agents: number): Watch[] => [
  ...Array.from({ length: agents }, (_, n) => ({ path: '/desk/events/stream', token: agentToken(`agent_${n}`) })),
  ...rows.slice(0, count - agents).map(({ user }) => ({ path: '/support/events/stream', token: tokenOf(user) })),
];

const message: Operation = {
  name: 'message',
  request: (n) => {
    const { id, user } = rowOf(n);
    const body = JSON.stringify({ message: 'It still fails' });
    const fault = (data: unknown) => ((data as { ticketId?: string }).ticketId === id ? undefined : 'another ticket');
    return { method: 'POST', path: `/support/tickets/${id}/messages`, user, body, fault };
  },
};
const reading = (name: string, path: (id: string) => string): Operation => ({
  name,
  request: (n) => ({ method: 'GET', path: path(rowOf(n).id), user: rowOf(n).user, fault: () => undefined }),
});
const ORDINARY = [reading('list', () => '/support/tickets'), reading('get', (id) => `/support/tickets/${id}`), message];

interface Result {
  engine: Engine;
  /** From a change to its clients, in ms, while `rate` changes a second are made. */
  events: number;
  lagMs: { p50: number; p99: number; most: number };
  /** Of the server, with STREAMS more than with none. */
  streamsMiB: number;
  /** Of ordinary requests, in each round. */
  p99Ms: { without: number[]; with: number[] };
  storm: { reopened: number; refused: number; ms: number; p99Ms: number };
}

/** The p99 of ordinary requests, each of which must be answered with a 200. */
async function load(url: string, operations: Operation[]): Promise<number> {
  const times = await steadyLoad([{ name: 'ours', url, operations }], {
    rate,
    connections: CONNECTIONS,
    seconds,
    progress: () => {},
  });
  const all = [...(times.get('ours')?.values() ?? [])].flat().sort((a, b) => a - b);
  return quantile(all, 0.99) ?? Number.NaN;
}

async function measure(engine: Engine, server: BenchServer, watchers: ChildProcess): Promise<Result> {
  const ask = async <T>(asked: ToWatchers): Promise<T> => {
    const answer = once(watchers, 'message');
    watchers.send(asked);
    return (await answer)[0] as T;
  };
  const open = async (count: number, agents: number) => {
    const opened = await ask<Opened>({ open: { url: server.url, watches: watches(count, agents) } });
    if (opened.refused > 0) throw new Error(`${opened.refused} of ${count} streams were refused`);
  };
  const rss = async () => {
    await sleep(REST_MS);
    return (await server.usage()).rssBytes;
  };
  await load(server.url, ORDINARY);

  say(`${engine}: from change to client`);
  await open(220, 20);
  await ask('take');
  await load(server.url, [message]);
  await sleep(1_000);
  const { lags } = await ask<Taken>('take');
  lags.sort((a, b) => a - b);
  await ask('close');

  const p99Ms: Result['p99Ms'] = { without: [], with: [] };
  const more: number[] = [];
  let storm: Result['storm'] | undefined;
  for (let round = 1; round <= rounds; round += 1) {
    say(`${engine}: ${STREAMS} streams, round ${round}`);
    // Those of the round before have gone, and what they have left.
    const before = await rss();
    p99Ms.without.push(await load(server.url, ORDINARY));
    await open(STREAMS, AGENTS);
    more.push((await rss()) - before);
    p99Ms.with.push(await load(server.url, ORDINARY));
    if (round === rounds) {
      const meanwhile = load(server.url, ORDINARY);
      await sleep(1_000);
      const { open: reopened, refused, ms } = await ask<Opened>({ cut: STORM });
      storm = { reopened, refused, ms, p99Ms: await meanwhile };
    }
    await ask('close');
  }
  return {
    engine,
    events: lags.length,
    lagMs: { p50: at(lags, 0.5), p99: at(lags, 0.99), most: lags.at(-1) ?? Number.NaN },
    // The first time: later ones find the memory of those before.
    streamsMiB: Math.max(...more) / 2 ** 20,
    p99Ms,
    storm: storm as Result['storm'],
  };
}

const at = (sorted: readonly number[], q: number) => quantile(sorted, q) ?? Number.NaN;

async function onDatabase(engine: Engine, work: (url: string) => Promise<void>): Promise<void> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'support-api-streams-'));
    try {
      await work(`file:${join(folder, 'support.db')}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
    return;
  }
  const postgresql = await findPostgresql();
  const name = `support_streams_${process.pid}`;
  await administer(postgresql.url, `CREATE DATABASE ${name}`);
  try {
    await work(databaseUrl(postgresql.url, name));
  } finally {
    await administer(postgresql.url, `DROP DATABASE ${name} WITH (FORCE)`);
    await postgresql.stop();
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function median(numbers: readonly number[]): number {
  return at(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
}

/** The middle, and from the least to the most. */
function withSpread(numbers: readonly number[]): string {
  return `${median(numbers).toFixed(1)} (${Math.min(...numbers).toFixed(1)} to ${Math.max(...numbers).toFixed(1)})`;
}

function table(results: readonly Result[]): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const row = (name: string, cell: (result: Result) => string) => `| ${name} | ${results.map(cell).join(' | ')} |`;
  return `# Live streams

Made by \`npm run bench:streams\`; what it means stands in [performance.md](performance.md#live-streams). Commit
${commit}; ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}; ${rate} requests a second. Who
holds the streams has what is left of the processors, as a machine of its own.
No ordinary request was answered with an error. Their p99: the middle of ${rounds} rounds of ${seconds} s, and the least and the most.

| | ${results.map(({ engine }) => engine).join(' | ')} |
|---|${results.map(() => '---|').join('')}
${[
  row('change to client, p50 / p99 / most, ms', ({ lagMs: { p50, p99, most } }) => `${p50} / ${p99} / ${most}`),
  row('events that were measured', ({ events }) => `${events}`),
  row(`${STREAMS} open streams, ${AGENTS} of them the desk's: more memory, MiB`, ({ streamsMiB }) =>
    streamsMiB.toFixed(0),
  ),
  row('p99 of ordinary requests without streams, ms', ({ p99Ms }) => withSpread(p99Ms.without)),
  row('p99 of ordinary requests with them, ms', ({ p99Ms }) => withSpread(p99Ms.with)),
  row('with ÷ without', ({ p99Ms }) => (median(p99Ms.with) / median(p99Ms.without)).toFixed(2)),
  row(`${STORM} connect again at once: all have begun after, ms`, ({ storm }) => storm.ms.toFixed(0)),
  row('of them refused', ({ storm }) => `${storm.refused}`),
  row('p99 of ordinary requests meanwhile, ms', ({ storm }) => storm.p99Ms.toFixed(1)),
].join('\n')}
`;
}

const results: Result[] = [];
const watchers = fork(join(import.meta.dirname, 'streams/watch-process.ts'), { execArgv: ['--import', 'tsx'] });
// Browsers and apps of customers and agents have machines of their own.
if (watchers.pid !== undefined) yieldToAll(watchers.pid);
try {
  for (const engine of values.engines.split(',') as Engine[]) {
    await onDatabase(engine, async (url) => {
      await fillDatabase(url, engine, rows);
      const server = await startServer('ours', url);
      try {
        results.push(await measure(engine, server, watchers));
      } finally {
        await server.stop();
      }
    });
  }
} finally {
  watchers.disconnect();
}
process.stdout.write(table(results));
if (values.out !== undefined) {
  writeFileSync(join(values.out, 'performance-streams.md'), table(results));
  writeFileSync(join(values.out, 'performance-streams.json'), `${JSON.stringify(results, null, 1)}\n`);
}
