import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PNG } from '../test/support/files.js';
import { customerToken } from '../test/support/tokens.js';
import { type AttackedServer, startAttackedServer } from './neighbours/server.js';
import { quantile } from './quantile.js';

/** `npm run bench:files`: uploads and downloads against a bare server of Node's own. `--help` shows the options. */
const USAGE = `npm run bench:files -- [--rounds 60] [--out docs]
--rounds: how often each single upload and download is timed, one server after the other.
--out: where performance-files.md goes; without it the table is printed only.`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}

const MIB = 2 ** 20;
const SIZE = 10 * MIB;
/** Of each server, before its takes count: code that has just started is slow, and so is a client that has. */
const UNCOUNTED = 10;
const AT_ONCE = 50;
const SLOW = 500;
const SLOW_OF_USER = 10;
/** Of the neighbour of slow uploads. */
const READS = 500;
const root = join(import.meta.dirname, '..');

const picture = Buffer.alloc(SIZE, 7);
PNG.copy(picture);
const text = Buffer.alloc(SIZE, 'It says E-42, and then nothing else happens.\n');

interface Row {
  what: string;
  measured: string;
  goal: string;
  reached: boolean;
}
const rows: Row[] = [];
const agent = new Agent({ keepAlive: true });
let users = 0;
/** Each upload is somebody else's: nobody's quota is in the way. */
const newToken = () => {
  users += 1;
  return customerToken(`user_${users}`);
};

const folder = mkdtempSync(join(tmpdir(), 'support-api-files-'));
const bare = fork(join(import.meta.dirname, 'servers/bare-files.mjs'), [join(folder, 'bare')]);
const [barePort] = await once(bare, 'message');
const bareUrl = `http://127.0.0.1:${barePort}`;
const noLimits = { RATE_LIMIT_IP: '0', RATE_LIMIT_USER: '0', RATE_LIMIT_USER_BYTES: '0', FILE_USER_BYTES: '0' };
const server = await startAttackedServer(root, `file:${join(folder, 'support.db')}`, noLimits);
try {
  await measure(server);
} finally {
  await server.stop();
  bare.disconnect();
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
const report = reportOf();
process.stdout.write(report);
if (values.out) writeFileSync(join(values.out, 'performance-files.md'), report);

async function measure(service: AttackedServer): Promise<void> {
  await times(
    'Upload of 10 MiB, a picture',
    () => send(bareUrl, 'POST', '/', picture),
    () => uploadTo(service, picture, newToken()),
  );
  await times(
    'Upload of 10 MiB, a text',
    () => send(bareUrl, 'POST', '/', text),
    () => uploadTo(service, text, newToken()),
  );
  const bareName = await send(bareUrl, 'POST', '/', picture);
  const link = await linkTo(service);
  await times(
    'Download of 10 MiB',
    () => send(bareUrl, 'GET', `/${bareName}`),
    () => send(service.url, 'GET', link),
  );
  await atOnce(service, 'uploads of 10 MiB', () => uploadTo(service, picture, newToken()));
  await atOnce(service, 'downloads of 10 MiB', () => send(service.url, 'GET', link));
  await besideSlowOnes(service);
}

/** One request after another, the two servers in turn, each first as often as the other. */
async function times(what: string, bareOne: () => Promise<unknown>, ours: () => Promise<unknown>): Promise<void> {
  const measured: [bare: number[], ours: number[]] = [[], []];
  for (let round = -UNCOUNTED; round < Number(values.rounds); round += 1) {
    for (const server of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const ms = await timed(server === 0 ? bareOne : ours);
      if (round >= 0) measured[server].push(ms);
      if (what.startsWith('Upload')) removeUploads();
    }
  }
  const [bareMs, ms] = measured.map((all) => median(all)) as [number, number];
  const factor = ms / bareMs;
  const shown = `${ms.toFixed(0)} ms, bare ${bareMs.toFixed(0)} ms: ${factor.toFixed(2)} times`;
  rows.push({ what, measured: shown, goal: 'at most 1.3 times', reached: factor <= 1.3 });
  say(`${what}: ${shown}`);
}

/** What uploads have stored: none of them finds less memory or disk than the ones before. */
function removeUploads(): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && /^(file_)?[0-9a-f-]{36}$/.test(entry.name)) rmSync(join(entry.parentPath, entry.name));
  }
}

async function atOnce(service: AttackedServer, what: string, one: () => Promise<unknown>): Promise<void> {
  // Once before, so that what the process keeps for good is there.
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  await service.stalls();
  await sleep(2000);
  await service.stalls();
  const before = await service.stalls();
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const { loopHeldMs, peakRssBytes } = await service.stalls();
  const each = (peakRssBytes - before.peakRssBytes) / AT_ONCE / MIB;
  rows.push(
    {
      what: `${AT_ONCE} ${what} at once: event loop held`,
      measured: `${loopHeldMs.toFixed(1)} ms`,
      goal: 'under 50 ms',
      reached: loopHeldMs < 50,
    },
    {
      what: `${AT_ONCE} ${what} at once: memory for each`,
      measured: `${each.toFixed(2)} MiB`,
      goal: 'under 1 MiB',
      reached: each < 1,
    },
  );
  say(`${AT_ONCE} ${what}: held ${loopHeldMs.toFixed(1)} ms, ${each.toFixed(2)} MiB each`);
}

/** A user who reads, without and with many uploads that take for ever. */
async function besideSlowOnes(service: AttackedServer): Promise<void> {
  const token = newToken();
  const read = () => send(service.url, 'GET', '/support/tickets', undefined, token);
  const [alone, beside]: [number[], number[]] = [[], []];
  const readAll = async (into: number[]) => {
    for (let n = 0; n < READS; n += 1) into.push(await timed(read));
  };
  await readAll([]);
  for (let round = 0; round < 2; round += 1) {
    await readAll(alone);
    const slow = await openSlowUploads(service);
    await readAll(beside);
    await slow.end();
  }
  const p99 = (all: number[]) =>
    quantile(
      all.toSorted((a, b) => a - b),
      0.99,
    ) ?? 0;
  const show = (all: number[]) => `${median(all).toFixed(1)} ms, p99 ${p99(all).toFixed(1)} ms`;
  rows.push({
    what: `A list of tickets beside ${SLOW} slow uploads`,
    measured: `${show(beside)}; alone ${show(alone)}`,
    goal: 'at most 1 ms more in the middle',
    reached: median(beside) <= median(alone) + 1,
  });
  say(`beside ${SLOW} slow uploads: ${show(beside)}; alone ${show(alone)}`);
}

async function openSlowUploads(service: AttackedServer): Promise<{ end(): Promise<void> }> {
  const { hostname, port } = new URL(service.url);
  const sockets: Socket[] = [];
  for (let n = 0; n < SLOW / SLOW_OF_USER; n += 1) {
    const token = newToken();
    for (let one = 0; one < SLOW_OF_USER; one += 1) {
      const socket = connect(Number(port), hostname).on('error', () => {});
      socket.write(
        `POST /support/files?name=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${SIZE}\r\n\r\n`,
      );
      sockets.push(socket);
    }
  }
  let next = 0;
  // Each sends a kilobyte a second.
  const dripping = setInterval(() => {
    for (const end = next + SLOW / 100; next < end; next += 1) sockets[next % SLOW]?.write(text.subarray(0, 1000));
  }, 10);
  await sleep(2000);
  const open = sockets.filter(({ destroyed, bytesRead }) => !destroyed && bytesRead === 0).length;
  if (open !== SLOW) throw new Error(`${open} of ${SLOW} slow uploads are open`);
  return {
    async end() {
      clearInterval(dripping);
      for (const socket of sockets) socket.destroy();
      await sleep(1000);
    },
  };
}

async function linkTo(service: AttackedServer): Promise<string> {
  const token = newToken();
  const { fileId } = JSON.parse(await uploadTo(service, picture, token)).data;
  const answer = await send(service.url, 'GET', `/support/files/${fileId}`, undefined, token);
  return JSON.parse(answer).data.url;
}

function uploadTo({ url }: AttackedServer, body: Buffer, token: string): Promise<string> {
  return send(url, 'POST', `/support/files?name=${body === text ? 'a.txt' : 'a.png'}`, body, token);
}

/** Gives the answer where it is short; a long one is dropped as it comes. */
async function send(url: string, method: string, path: string, body?: Buffer, token?: string): Promise<string> {
  const sent = request(url + path, {
    agent,
    method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-length': body.length }) },
  });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  let start = '';
  for await (const piece of answer) if (start.length < 4096) start += piece.toString('latin1');
  if (answer.statusCode !== 200) throw new Error(`${method} ${path}: ${answer.statusCode} ${start.slice(0, 300)}`);
  return start;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(all: readonly number[]): number {
  return (
    quantile(
      all.toSorted((a, b) => a - b),
      0.5,
    ) ?? 0
  );
}

function reportOf(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const line = ({ what, measured, goal, reached }: Row) =>
    `| ${what} | ${measured} | ${goal} | ${reached ? 'yes' : '**no**'} |`;
  return `# Files

Made by \`npm run bench:files\` at ${commit}; ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, SQLite, files in a folder. The bare
server is [bare-files.mjs](../bench/servers/bare-files.mjs): it writes what comes, has it on the disk, renames it, and knows neither tokens nor
limits. Times are the middle of ${values.rounds} after ${UNCOUNTED} that don't count, the two servers in turn, from a client on the same machine; what an upload has stored is
removed after each. Memory is what the process had at most, less what it kept
from the same done once before.

| What | Measured | Goal | Reached |
|---|---|---|---|
${rows.map(line).join('\n')}
`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
