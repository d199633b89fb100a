import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { migrate } from '../src/db/migrations/migrate.js';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { customerToken } from '../test/support/tokens.js';
import { quantile } from './quantile.js';
import { type BenchServer, startServer } from './server.js';

/** `npm run bench:postgresql-cpu`: what PostgreSQL's own processes take for a write. `--help` shows the options. */
const USAGE = `npm run bench:postgresql-cpu -- [--writes 100] [--rounds 20] [--out docs]
Beside a server written by hand, without search, counts, history and the queue's indexes. Both are asked the same over HTTP.
--writes: of each kind in a round, after which it is the other server's turn. The first round is not counted.
--out: where performance-postgresql-cpu.md goes; without it the table is printed only.
Linux only, with PostgreSQL on this machine: reads the processor time of its processes from /proc.`;

const { values } = parseArgs({
  options: {
    writes: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '20' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const writes = Number(values.writes);
/** Times the bare server's. */
const GOAL = 3;

const BARE = `
  CREATE TABLE categories (id text PRIMARY KEY, archived_at timestamptz);
  CREATE TABLE tickets (
    id text PRIMARY KEY, user_id text NOT NULL, subject text NOT NULL, description text NOT NULL, status text NOT NULL,
    priority text NOT NULL, category_id text NOT NULL REFERENCES categories, assigned_agent text, attachments jsonb NOT NULL,
    resolution text, message_count int NOT NULL DEFAULT 0, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    closed_at timestamptz
  );
  CREATE INDEX ON tickets (user_id, created_at DESC, id DESC);
  CREATE TABLE messages (
    id text PRIMARY KEY, ticket_id text NOT NULL REFERENCES tickets, position int NOT NULL, sender text NOT NULL,
    content text NOT NULL, attachments jsonb NOT NULL, created_at timestamptz NOT NULL, UNIQUE (ticket_id, position)
  );
  INSERT INTO categories VALUES ('category_001')`;

const OPERATIONS = ['create', 'message', 'close'] as const;
type Operation = (typeof OPERATIONS)[number];
/** Runs the n-th write of its kind; a message and a close are for the n-th ticket. */
type Writes = Record<Operation, (n: number) => Promise<unknown>>;

const USERS = 300;
const userOf = (n: number) => `user_${n % USERS}`;
const WORDS =
  'payment fails with an error when I try to pay by card and the page says please try again later but it never works'.split(
    ' ',
  );
/** Of 40 words, each time others. */
const textOf = (n: number) => Array.from({ length: 40 }, (_, k) => WORDS[(n * 7 + k * 3) % WORDS.length]).join(' ');
const CATEGORY = 'category_001';

const postgresql = await findPostgresql();
const names = ['ours', 'bare'].map((name) => `support_cpu_${name}_${process.pid}`) as [string, string];
const [oursUrl, bareUrl] = names.map((name) => databaseUrl(postgresql.url, name)) as [string, string];
try {
  for (const name of names) await administer(postgresql.url, `CREATE DATABASE ${name}`);
  await migrate({
    url: oursUrl,
    pool: { connectTimeoutMs: 5000 },
    sqlite: { synchronous: 'FULL', busyTimeoutMs: 5000 },
  });
  await administer(bareUrl, BARE);
  const servers: BenchServer[] = [];
  try {
    // One by one: the first is stopped also where the second doesn't start.
    servers.push(await startServer('ours', oursUrl));
    servers.push(await startServer('floor', bareUrl));
    const [ours, bare] = servers.map(({ url }) => writesTo(url)) as [Writes, Writes];
    const report = reportOf(await compared(ours, bare));
    process.stdout.write(report);
    if (values.out) writeFileSync(join(values.out, 'performance-postgresql-cpu.md'), report);
  } finally {
    for (const server of servers) await server.stop();
  }
} finally {
  for (const name of names) await administer(postgresql.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await postgresql.stop();
}

function writesTo(url: string): Writes {
  const ids: string[] = [];
  const send = async (n: number, path: string, body: unknown) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${customerToken(userOf(n))}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { success: boolean; data: { ticketId: string } };
    if (!answer.success) throw new Error(JSON.stringify(answer));
    return answer.data;
  };
  return {
    create: async (n) => {
      ids[n] = (
        await send(n, '/support/tickets', { subject: 'Unable to pay', description: textOf(n), categoryId: CATEGORY })
      ).ticketId;
    },
    message: (n) => send(n, `/support/tickets/${ids[n]}/messages`, { message: textOf(n) }),
    close: (n) => send(n, `/support/tickets/${ids[n]}/close`, {}),
  };
}

/** Of each operation, µs for one write in each round: one write after another, each with its own commit. */
type Measured = Record<Operation, { ours: number[]; bare: number[] }>;

async function compared(ours: Writes, bare: Writes): Promise<Measured> {
  const measured = Object.fromEntries(OPERATIONS.map((name) => [name, { ours: [], bare: [] }])) as unknown as Measured;
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const operation of OPERATIONS) {
      const own = await cpuOf(ours[operation], round);
      const other = await cpuOf(bare[operation], round);
      // The first one fills caches and prepares statements.
      if (round === 0) continue;
      measured[operation].ours.push(own);
      measured[operation].bare.push(other);
    }
  }
  return measured;
}

async function cpuOf(write: (n: number) => Promise<unknown>, round: number): Promise<number> {
  const before = await cpuOfPostgresql();
  for (let n = round * writes; n < (round + 1) * writes; n += 1) await write(n);
  const after = await cpuOfPostgresql();
  let sum = 0;
  for (const [pid, us] of after) sum += us - (before.get(pid) ?? 0);
  return sum / writes;
}

function reportOf(measured: Measured): string {
  const root = join(import.meta.dirname, '..');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const at = (all: number[], q: number) =>
    quantile(
      all.toSorted((a, b) => a - b),
      q,
    ) ?? 0;
  const lines = OPERATIONS.map((operation) => {
    const { ours, bare } = measured[operation];
    const times = ours.map((us, round) => us / (bare[round] ?? us));
    const shown = [at(ours, 0.5), at(bare, 0.5)].map((us) => us.toFixed(0));
    const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => at(times, q));
    const spread = `${low?.toFixed(1)} to ${high?.toFixed(1)}`;
    const reached = (middle ?? 0) <= GOAL ? 'yes' : '**no**';
    return `| ${operation} | ${shown.join(' | ')} | ${middle?.toFixed(2)} | ${spread} | ${reached} |`;
  });
  return `# Processor time of PostgreSQL for a write

Made by \`npm run bench:postgresql-cpu\` at ${commit}; ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}. Beside
[a server written by hand](../bench/servers/floor.ts) that has no search, counts, history, nor indexes for a queue. One client asks both over HTTP, in turns:
${values.rounds} rounds of ${writes} writes of each kind, one after another, each with its own commit; texts have 40 words. µs for a write of the processes that serve
the two databases: the middle of all rounds. Times: ours ÷ bare of a round, the middle and the middle half. The goal is ${GOAL}.

| Write | Ours | Bare | Times | Of half of the rounds | Reached |
|---|---|---|---|---|---|
${lines.join('\n')}
`;
}

/** Processor time so far, in µs, of the processes that serve the two databases. */
async function cpuOfPostgresql(): Promise<Map<number, number>> {
  const client = new pg.Client({ connectionString: postgresql.url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE datname = ANY($1)', [
    names,
  ]);
  await client.end();
  return new Map(
    rows.map(({ pid }) => [pid, Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000]),
  );
}
