import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { QUEUE_SORTS } from '../src/desk/queue/schemas.js';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { agentToken, customerToken } from '../test/support/tokens.js';
import type { Engine } from './data.js';
import { type Stalls, startAttackedServer } from './neighbours/server.js';
import { fill, shapeOf } from './scale-data.js';

/** `npm run bench:loop`: for how long one request holds the event loop, at a million tickets. `--help` shows the options. */
const USAGE = `npm run bench:loop -- [--engines sqlite,postgresql] [--tickets 1000000] [--times 5] [--out docs]
--times: how often each request is sent, one after another.
--out: where performance-event-loop.md goes; without it the tables are printed only.`;

/** docs/performance.md#the-event-loop */
const GOAL_MS = 50;
const root = join(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: 'sqlite,postgresql' },
    tickets: { type: 'string', default: '1000000' },
    times: { type: 'string', default: '5' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const tickets = Number(values.tickets);
const times = Number(values.times);

interface Asked {
  what: string;
  method?: 'GET' | 'POST';
  /** `:ticket` stands for a ticket of the customer who asks. */
  path: string;
  by?: 'customer';
  body?: unknown;
}

const LONG_TEXT = 'payment failed für die Bestellung nr 2025-000123 '.repeat(800);
const YEAR = 'from=2024-01-01T00:00:00Z&to=2025-01-01T00:00:00Z';

/** What can be asked, with the inputs that make the most work of it. */
const ASKED: Asked[] = [
  { what: "a customer's list, page 1", path: '/support/tickets?limit=100', by: 'customer' },
  { what: "a customer's list, page 400", path: '/support/tickets?limit=100&page=400', by: 'customer' },
  {
    what: 'the same, by status and priority',
    path: '/support/tickets?limit=100&page=5&status=Closed&priority=Medium',
    by: 'customer',
  },
  { what: 'a ticket', path: '/support/tickets/:ticket', by: 'customer' },
  { what: 'the categories', path: '/support/categories', by: 'customer' },
  {
    what: 'a ticket is opened, with the longest text',
    method: 'POST',
    path: '/support/tickets',
    by: 'customer',
    body: { subject: 'Payment', description: LONG_TEXT.slice(0, 10_000), categoryId: 'category_001' },
  },
  {
    what: 'a message, with the longest text',
    method: 'POST',
    path: '/support/tickets/:ticket/messages',
    by: 'customer',
    body: { message: LONG_TEXT.slice(0, 10_000) },
  },
  { what: 'the queue', path: '/desk/tickets?limit=100' },
  ...QUEUE_SORTS.map((sort) => ({
    what: `the queue by ${sort}, of all statuses`,
    path: `/desk/tickets?limit=100&sort=${sort}&status=Open,In%20Progress,Resolved,Closed`,
  })),
  {
    what: 'the queue, every filter at once',
    path: '/desk/tickets?limit=100&status=Open,Closed&priority=Low,High&unassigned=true&requester=heavy_0&tag=none&createdFrom=2023-01-01T00:00:00Z&updatedTo=2030-01-01T00:00:00Z',
  },
  { what: 'the queue of a tag that nothing has', path: '/desk/tickets?limit=100&tag=nothing' },
  { what: 'the counts', path: '/desk/tickets/counts' },
  { what: 'a search whose word is in every ticket', path: '/desk/search?q=payment&limit=100' },
  {
    what: 'a search for a phrase of every ticket',
    path: '/desk/search?q=%22unable%20to%20make%20payment%22&limit=100',
  },
  { what: 'a search for three short prefixes', path: '/desk/search?q=pa*%20ma*%20un*&limit=100' },
  {
    what: 'the same among closed tickets of one user',
    path: '/desk/search?q=pa*&status=Closed&requester=heavy_0&limit=100',
  },
  { what: 'the figures of a year', path: `/desk/figures?${YEAR}` },
  { what: 'the breaches', path: '/desk/sla/breaches?limit=100' },
  { what: 'the tags', path: '/desk/tags?limit=100' },
  { what: 'the history of all tickets', path: '/desk/events?limit=100' },
  { what: "an agent's ticket", path: '/desk/tickets/:ticket' },
];

interface Row extends Stalls {
  engine: Engine;
  what: string;
  statuses: string;
  longestMs: number;
}

const rows: Row[] = [];
const folder = mkdtempSync(join(tmpdir(), 'support-api-loop-'));
try {
  for (const engine of values.engines.split(',') as Engine[]) await measureEngine(engine);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const report = reportOf(rows);
process.stdout.write(report);
if (values.out) writeFileSync(join(values.out, 'performance-event-loop.md'), report);

async function measureEngine(engine: Engine): Promise<void> {
  const postgresql = engine === 'postgresql' ? await findPostgresql() : undefined;
  const name = `support_loop_${process.pid}`;
  if (postgresql) await administer(postgresql.url, `CREATE DATABASE ${name}`);
  const url = postgresql ? databaseUrl(postgresql.url, name) : `file:${join(folder, `${name}.db`)}`;
  try {
    say(`${engine}: filling the database`);
    const { samples } = await fill(url, engine, shapeOf(tickets), () => {});
    const sample = samples.find(({ heavy, closed }) => heavy && !closed);
    if (!sample) throw new Error('No ticket to ask for');
    const noLimits = { RATE_LIMIT_IP: '0', RATE_LIMIT_USER: '0', RATE_LIMIT_USER_BYTES: '0' };
    const server = await startAttackedServer(root, url, noLimits);
    try {
      // What is done once only: plans, caches, the code that is compiled when it is first used.
      for (const one of ASKED) await send(server.url, one, sample);
      for (const one of ASKED) {
        await server.stalls();
        const answers: { status: number; ms: number }[] = [];
        for (let time = 0; time < times; time += 1) answers.push(await send(server.url, one, sample));
        const statuses = [...new Set(answers.map(({ status }) => status))].join(', ');
        const longestMs = Math.max(...answers.map(({ ms }) => ms));
        const row = { engine, what: one.what, statuses, longestMs, ...(await server.stalls()) };
        rows.push(row);
        say(
          `${engine}, ${one.what}: ${statuses}, ${longestMs.toFixed(0)} ms, held for ${row.loopHeldMs.toFixed(1)} ms`,
        );
      }
    } finally {
      await server.stop();
    }
  } finally {
    if (postgresql) await administer(postgresql.url, `DROP DATABASE ${name} WITH (FORCE)`);
    await postgresql?.stop();
  }
}

async function send(url: string, { method = 'GET', path, by, body }: Asked, { ticketId, user }: Sample) {
  const token = by === 'customer' ? customerToken(user) : agentToken();
  const started = performance.now();
  const answer = await fetch(url + path.replace(':ticket', ticketId), {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  // A long statement may come to its time limit; anything else is a request that this file has wrong.
  if (![200, 503].includes(answer.status)) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
  return { status: answer.status, ms: performance.now() - started };
}

interface Sample {
  ticketId: string;
  user: string;
}

function reportOf(all: readonly Row[]): string {
  const line = ({ engine, what, statuses, longestMs, loopHeldMs, peakRssBytes }: Row) =>
    `| ${engine} | ${what} | ${statuses} | ${longestMs.toFixed(0)} | ${loopHeldMs.toFixed(1)} | ${(peakRssBytes / 2 ** 20).toFixed(0)} |`;
  const over = all.filter(({ loopHeldMs }) => loopHeldMs > GOAL_MS).length;
  return `# The event loop

Made by \`npm run bench:loop\`; what it means stands in [performance.md](performance.md#the-event-loop). ${tickets.toLocaleString('en')} tickets,
each request ${times} times, one after another; ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}.
On PostgreSQL the rows are restored without the words of the search, so that its searches find nothing there.

The goal: no request holds the event loop for more than ${GOAL_MS} ms. ${over === 0 ? 'All reach it.' : `${over} of ${all.length} miss it.`}

| Engine | Request | Status | Longest answer, ms | Event loop held, ms | Highest RSS, MiB |
|---|---|---|---|---|---|
${all.map(line).join('\n')}
`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
