import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';

// What a new user does: `npm start` on an empty folder for the data; what its greeting says, to the letter; a first
// ticket; then Ctrl-C. Ends with 1 and the reason if any of it does not work. `--engine postgresql` does it on one.

const { values } = parseArgs({ options: { engine: { type: 'string', default: 'sqlite' } } });
const folder = mkdtempSync(join(tmpdir(), 'support-api-smoke-'));
const database = await emptyDatabase();
const env = {
  ...process.env,
  PORT: '0',
  HOST: '127.0.0.1',
  DATABASE_URL: database.url,
  JWT_SECRET: '',
};
const server = spawn('npm', ['start'], { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
const exited = once(server, 'exit');
const lines: string[] = [];
const output = createInterface({ input: server.stdout }).on('line', (line) => {
  process.stdout.write(`${line}\n`);
  lines.push(line);
});

try {
  const url = await listening();
  const token = followGreeting();
  const answer = await fetch(`${url}/support/tickets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ subject: 'Smoke', description: 'A first ticket', categoryId: 'category_001' }),
  });
  const body: unknown = await answer.json();
  if (answer.status !== 200) {
    throw new Error(`POST /support/tickets answered ${answer.status}: ${JSON.stringify(body)}`);
  }
  for (const path of ['/health/ready', '/openapi.json', '/docs']) {
    const { status } = await fetch(url + path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}`);
  }
  process.stdout.write(`Took a ticket: ${JSON.stringify(body)}\n`);
} finally {
  // The whole group that we started: npm and the server below it, as Ctrl-C does.
  if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGINT');
  await exited;
  await database.remove();
  rmSync(folder, { recursive: true });
}
if (!lines.some((line) => line.includes('"msg":"stopped"'))) throw new Error('Ctrl-C did not stop it as it should');

async function emptyDatabase(): Promise<{ url: string; remove(): Promise<void> }> {
  if (values.engine !== 'postgresql') return { url: `file:${join(folder, 'support.db')}`, remove: async () => {} };
  const server = await findPostgresql();
  const name = `support_smoke_${process.pid}`;
  await administer(server.url, `CREATE DATABASE ${name}`);
  return {
    url: databaseUrl(server.url, name),
    async remove() {
      await administer(server.url, `DROP DATABASE ${name} WITH (FORCE)`);
      await server.stop();
    },
  };
}

/** Resolves when the greeting is there, whole: it ends with an empty line after the commands. */
async function listening(): Promise<string> {
  for (;;) {
    const commands = lines.findIndex((line) => line.startsWith('    '));
    if (commands >= 0 && lines.indexOf('', commands) > 0) break;
    await Promise.race([once(output, 'line'), exited]);
    if (server.exitCode !== null) throw new Error('npm start ended before it listened');
  }
  const url = lines.map((line) => /Support API +(http\S+)/.exec(line)?.[1]).find(Boolean);
  if (url === undefined) throw new Error('The greeting does not say where it listens');
  return url;
}

/** Runs the commands of the greeting, as somebody would who copies them; gives the token that they made. */
function followGreeting(): string {
  const commands = lines.filter((line) => line.startsWith('    ')).join('\n');
  const script = `set -e\n${commands}\nprintf '\\n%s' "$TOKEN"`;
  const [answer = '', token = ''] = execFileSync('sh', ['-c', script], { env, encoding: 'utf8', stdio: 'pipe' }).split(
    '\n',
  );
  if (!answer.startsWith('{"success":true')) throw new Error(`The greeting's commands gave ${answer}`);
  return token;
}
