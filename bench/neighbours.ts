import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import type { Engine } from './data.js';
import { ATTACKS } from './neighbours/attacks.js';
import { fill } from './neighbours/fill.js';
import { calmOf } from './neighbours/goal.js';
import { type Measured, measure, Neighbours, pool, type Round } from './neighbours/measure.js';
import { type Plan, SHORT, WHOLE } from './neighbours/plan.js';
import { type NeighboursReport, writeNeighboursReport } from './neighbours/report.js';
import { FLOOR, startAttackedServer } from './neighbours/server.js';

/** `npm run bench:neighbours`: one attacks, the others go on; side by side on several builds. `--help` shows the options. */
const USAGE = `npm run bench:neighbours -- [--engines sqlite,postgresql] [--attacks a,b,…] [--entry [name=]folder]… [--floor] [--beside]
  [--rate 120] [--before 4] [--seconds 6] [--after 3] [--rounds 1] [--short] [--out docs]
--entry: a checkout with its dist/, ours by default; several are measured in turns: --entry before=../old --entry after=.
--floor: also the server that bench/servers/floor.ts is, by hand and without limits; it has no desk, so that the agent gets 404s.
--beside: also ours while another server of it, on the same database, is attacked instead: what comes of the machine and the database.
--rate: requests of the neighbours a second. --before, --seconds, --after: how long each part takes.
--rounds: how often each attack is measured, of several builds in turns: a p99 of all rounds together depends less on one moment of the machine.
--short: only the attacks that guard main, small ones, for 2 s each.
--out: where performance-neighbours.md and performance-neighbours.json go; without it the tables are printed only.
The attackers come from addresses in 127.0.1.0/24: on other systems than Linux, add 127.0.1.1 to 127.0.1.250 to the loopback interface.
The attacks: ${ATTACKS.map(({ name }) => name).join(', ')}`;

const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: 'sqlite,postgresql' },
    attacks: { type: 'string' },
    entry: { type: 'string', multiple: true, default: ['.'] },
    floor: { type: 'boolean', default: false },
    beside: { type: 'boolean', default: false },
    rate: { type: 'string' },
    before: { type: 'string' },
    seconds: { type: 'string' },
    after: { type: 'string' },
    rounds: { type: 'string' },
    short: { type: 'boolean', default: false },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const { short } = values;
const usual = short ? SHORT : WHOLE;
const plan: Plan = {
  ...usual,
  rate: Number(values.rate ?? usual.rate),
  beforeSeconds: Number(values.before ?? usual.beforeSeconds),
  attackSeconds: Number(values.seconds ?? usual.attackSeconds),
  afterSeconds: Number(values.after ?? usual.afterSeconds),
  rounds: Number(values.rounds ?? usual.rounds),
};
const builds = values.entry.map(buildOf);
if (values.floor) builds.push({ ...buildOf('.'), name: FLOOR, checkout: FLOOR });
if (values.beside) builds.push({ ...buildOf('.'), name: 'beside', beside: true });
const wanted = values.attacks?.split(',');
for (const name of wanted ?? []) {
  if (!ATTACKS.some((attack) => attack.name === name)) throw new Error(`No such attack: ${name}\n${USAGE}`);
}
const attacksOn = (engine: Engine) =>
  ATTACKS.filter(({ name, short: guards }) => wanted?.includes(name) ?? (!short || guards?.includes(engine)));

const report: NeighboursReport = {
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`,
  builds: builds.map(({ name, commit }) => ({ name, commit })),
  plan,
  calm: [],
  rows: [],
};
const folder = mkdtempSync(join(tmpdir(), 'support-api-neighbours-'));
const neighbours = new Neighbours();
try {
  for (const engine of values.engines.split(',') as Engine[]) await measureEngine(engine);
} finally {
  await neighbours[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}
const measured = ATTACKS.filter(({ name }) => report.rows.some((row) => row.attack === name));
writeNeighboursReport(report, measured, values.out);

async function measureEngine(engine: Engine): Promise<void> {
  const postgresql = engine === 'postgresql' ? await findPostgresql() : undefined;
  const databases = new Map<Build, string>();
  const results = new Map<Build, Measured[]>(builds.map((build) => [build, []]));
  try {
    for (const build of builds) {
      const name = `support_neighbours_${process.pid}_${databases.size}`;
      if (postgresql) await administer(postgresql.url, `CREATE DATABASE ${name}`);
      const url = postgresql ? databaseUrl(postgresql.url, name) : `file:${join(folder, `${name}.db`)}`;
      databases.set(build, url);
      say(`${engine}, ${build.name}: filling the database`);
      // It migrates by itself.
      const migrating = build.checkout === FLOOR ? resolve('.') : build.checkout;
      await (await startAttackedServer(migrating, url)).stop();
      await fill(url, engine, plan.sizes);
    }
    for (const attack of attacksOn(engine)) {
      const rounds = new Map<Build, Round[]>(builds.map((build) => [build, []]));
      for (let round = 0; round < plan.rounds; round += 1) {
        for (const [build, url] of databases) {
          const one = await measure({ ...build, databaseUrl: url, attack, plan, neighbours });
          rounds.get(build)?.push(one);
          say(`${engine}, ${build.name}, ${attack.name}: ${summary(pool([one]))}`);
        }
      }
      for (const [build, all] of rounds) {
        const together = pool(all);
        results.get(build)?.push(together);
        const { calmMs: _, ...row } = together;
        report.rows.push({ engine, build: build.name, attack: attack.name, ...row });
      }
    }
    for (const [build, all] of results) report.calm.push({ engine, build: build.name, ...calmOf(all) });
  } finally {
    for (const url of databases.values()) {
      if (postgresql) await administer(postgresql.url, `DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
    }
    await postgresql?.stop();
  }
}

interface Build {
  name: string;
  commit: string;
  checkout: string;
  /** Another server of it is attacked. */
  beside?: boolean;
}

function buildOf(entry: string): Build {
  const [, name, path] = /^(?:([^=]+)=)?(.+)$/.exec(entry) as unknown as [string, string | undefined, string];
  const commit = execFileSync('git', ['-C', path, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return { name: name ?? commit, commit, checkout: resolve(path) };
}

function summary({ before, during, after, death, loot }: Measured): string {
  const p99 = [before, during, after].map((phase) => phase?.p99Ms?.toFixed(0) ?? '–').join(' → ');
  const { failed, loopHeldMs, peakRssMiB } = during;
  const server = death ?? `held for ${loopHeldMs?.toFixed(0)} ms, ${peakRssMiB?.toFixed(0)} MiB`;
  return `p99 ${p99} ms, ${failed} failed, ${server}; the attacker got ${JSON.stringify(loot)}`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
