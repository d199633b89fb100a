import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, sep } from 'node:path';
import { parseArgs } from 'node:util';

// What a Node that we support has to do: install, build, start and serve on both engines, a load while garbage is collected
// all the time, and the suites of the API and the database. In a copy of the project, with a Node and an npm from npm.

const USAGE = `Usage: npm run test:node -- 24.21.0 [--short] [--npm 11.19.0] [--writes <number>] [--report <file>]

  --short   only the tests in which a Node can make a difference, as .ci/run has it
  --npm     the npm that installs; the one that runs this unless given
  --writes  of the load on each engine; 2000, or 1000 with --short
  --report  where vitest's JSON report goes`;

const ALL = ['test/api/', 'test/db/', 'test/node/'];

/** The drivers' work and transactions, and what HTTP, JSON, streams, time and letters are to the API. */
const SHORT = [
  'test/node/',
  'test/db/transactions',
  'test/db/sqlite/',
  'test/db/postgresql/session',
  'test/api/documented-examples',
  'test/api/concurrency',
  'test/api/http/parser',
  'test/api/http/trpc',
  'test/api/desk/search',
];

const root = join(import.meta.dirname, '..');

/** A Node without Node-API 10 gets a SQLite driver that is compiled: drivers/node20. */
const NODE_API_OF_DRIVER = 10;

/** What `npm ci` must do without on all others. */
const COMPILERS = ['cc', 'gcc', 'c++', 'g++', 'clang', 'clang++', 'make', 'python', 'python3'];

async function main(): Promise<void> {
  const { version, short, npm, writes, report } = options();
  const folder = mkdtempSync(join(tmpdir(), 'support-api-node-'));
  const project = join(folder, 'project');
  const times: string[] = [];
  const step = async (what: string, env: NodeJS.ProcessEnv, command: string, ...args: string[]) => {
    print(`\n-- Node ${version}: ${what}`);
    const started = performance.now();
    const code = await run(project, env, command, args);
    times.push(`${what} ${((performance.now() - started) / 1000).toFixed(1)} s`);
    if (code !== 0) throw new Error(`${what} ended with ${code}`);
  };
  try {
    mkdirSync(project);
    const tools = await install(join(folder, 'tools'), { node: version, ...(npm && { npm }) });
    const env = environment(tools.bin);
    await copyProject(project, env);
    const old = await isOld(env);
    if (old) copyDriver(project);
    const installing = old
      ? { ...env, ...(tools.headers && { npm_config_nodedir: tools.headers }) }
      : environment(withoutCompilers(join(folder, 'no-compilers')), tools.bin);

    await step('npm ci', installing, 'npm', 'ci', '--no-audit', '--no-fund');
    await step('build', env, 'npm', 'run', '--silent', 'build');
    // As `npm start` does it, but for the build: it is done.
    const built = { ...env, npm_config_ignore_scripts: 'true' };
    await step('smoke start on SQLite', built, 'npx', 'tsx', 'scripts/smoke.ts');
    await step('smoke start on PostgreSQL', built, 'npx', 'tsx', 'scripts/smoke.ts', '--engine', 'postgresql');
    const suites = ['--project', 'sqlite', '--project', 'postgresql', '--project', 'process'];
    const reporters = ['--reporter=default', ...(report ? ['--reporter=json', `--outputFile.json=${report}`] : [])];
    const testing = { ...env, TEST_LOAD_WRITES: writes ?? (short ? '1000' : '2000') };
    await step('tests', testing, 'npx', 'vitest', 'run', ...suites, ...reporters, ...(short ? SHORT : ALL));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    print(`\n-- Node ${version}${npm ? `, npm ${npm}` : ''}: ${times.join(', ')}`);
  }
}

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: 'boolean', default: false },
      npm: { type: 'string' },
      writes: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const [version] = positionals;
  if (positionals.length !== 1 || !/^\d+\.\d+\.\d+$/.test(version ?? '')) throw new Error(USAGE);
  return { ...values, version: version as string };
}

/** Installs packages in a folder of their own, and gives what of them a shell needs. */
async function install(folder: string, dependencies: Record<string, string>) {
  mkdirSync(folder);
  // The package `node` fetches the one for this system by a script.
  const manifest = { private: true, dependencies, allowScripts: { node: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const code = await run(folder, process.env, 'npm', ['install', '--no-audit', '--no-fund']);
  if (code !== 0) throw new Error(`npm has no ${JSON.stringify(dependencies)}`);
  const node = join(folder, 'node_modules/node/node_modules');
  const system = readdirSync(node).find((name) => existsSync(join(node, name, 'include')));
  return { bin: join(folder, 'node_modules/.bin'), headers: system && join(node, system) };
}

/** Ours, without what npm has put into it for the script that runs, and with folders of programs before all others. */
function environment(...folders: string[]): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !part.startsWith(root + sep));
  return { ...Object.fromEntries(ours), PATH: [...folders, ...path].join(delimiter) };
}

/** A folder of compilers that refuse to work. */
function withoutCompilers(folder: string): string {
  mkdirSync(folder);
  for (const name of COMPILERS) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho 'npm ci must do without ${name}' >&2\nexit 1\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** Copies what git knows, or would: nothing that was installed or made. */
async function copyProject(project: string, env: NodeJS.ProcessEnv): Promise<void> {
  const list = await output(env, 'git', ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const file of new Set(list.split('\0').filter(Boolean))) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(project, file));
  }
}

/** The driver that `npm ci` has compiled for us: of one Node 20 and another, to compile it again says nothing. */
function copyDriver(project: string): void {
  const driver = 'drivers/node20/node_modules';
  if (existsSync(join(root, driver))) cpSync(join(root, driver), join(project, driver), { recursive: true });
}

async function isOld(env: NodeJS.ProcessEnv): Promise<boolean> {
  return Number(await output(env, 'node', ['--print', 'process.versions.napi'])) < NODE_API_OF_DRIVER;
}

async function run(cwd: string, env: NodeJS.ProcessEnv, command: string, args: readonly string[]) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code, signal] = await once(child, 'exit');
  return code ?? signal;
}

async function output(env: NodeJS.ProcessEnv, command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return text;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
