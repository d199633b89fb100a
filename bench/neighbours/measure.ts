import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { answerOf } from '../answer-of.js';
import { quantile } from '../quantile.js';
import { yieldToAll } from '../yield-to-all.js';
import type { Attack, AttackJob, Loot } from './attack.js';
import { type Heard, type Job, STOP } from './neighbour.js';
import type { Plan } from './plan.js';
import { type AttackedServer, type Stalls, startAttackedServer } from './server.js';

/** What was heard and reported in one phase of one attack. */
interface Sample {
  heard: Heard;
  /** null: the server is dead. */
  stalls: Stalls | null;
}

/** One attack, once. */
export interface Round {
  before: Sample;
  during: Sample;
  /** null: the server is dead. */
  after: Sample | null;
  death: string | null;
  /** null: the attacking process ended without a word. */
  loot: Loot | null;
  /** Of the machine, over the last minute, as it ended. */
  machineLoad: number;
}

/** Of all rounds together. */
export interface Phase {
  requests: number;
  failed: number;
  failures: Record<string, number>;
  /** Of what was answered with 200; null where nothing was. */
  p50Ms: number | null;
  p99Ms: number | null;
  /** Of the server, as in Stalls; null where it died. */
  loopHeldMs: number | null;
  loopLateMs: number | null;
  peakRssMiB: number | null;
}

/** One attack, in one round or several; where the server died in one, or the attacker failed, that stands for all. */
export interface Measured {
  before: Phase;
  during: Phase;
  after: Phase | null;
  death: string | null;
  loot: Loot | null;
  /** The highest. */
  machineLoad: number;
  /** All times before the attack, for a figure over several attacks. */
  calmMs: number[];
}

const forked = (file: string) => fork(join(import.meta.dirname, file), { execArgv: ['--import', 'tsx'] });
/** So much faster is a server warmed up than measured. */
const WARM_TIMES = 5;
/** After the end of an attack's time its process says what it got. */
const LOOT_MS = 10_000;

/** The process of the others; good for any number of measurements, one at a time. */
export class Neighbours implements AsyncDisposable {
  readonly #process = forked('neighbour-process.ts');

  /** @throws where the process has ended */
  async load(job: Job): Promise<Heard> {
    this.#process.send(job);
    const heard = await answerOf<Heard>(this.#process);
    if (heard === null) throw new Error('The process of the neighbours has ended: see above');
    return heard;
  }

  /** Lets the load that is under way end with the requests that were sent. */
  stop(): void {
    this.#process.send(STOP);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
  }
}

interface Target {
  /** The folder that holds `dist/`, or FLOOR. */
  checkout: string;
  databaseUrl: string;
  /** Another server is attacked, on the same database: what the others see comes of that, or of the machine. */
  beside?: boolean;
  attack: Attack;
  plan: Plan;
  neighbours: Neighbours;
}

let attacks = 0;

/** One attack on a server of its own: what the neighbours see before, during and after it, and what it takes of their server. */
export async function measure({
  checkout,
  databaseUrl,
  beside = false,
  attack,
  plan,
  neighbours,
}: Target): Promise<Round> {
  const { rate, warmSeconds, beforeSeconds, attackSeconds, graceSeconds, afterSeconds, short } = plan;
  const server = await startAttackedServer(checkout, databaseUrl);
  const attacked = beside ? await startAttackedServer(checkout, databaseUrl) : server;
  const attacker = forked('attack-process.ts');
  try {
    if ((await answerOf(attacker)) === null) throw new Error('The attacking process has ended: see above');
    if (attacker.pid !== undefined) yieldToAll(attacker.pid);
    const { url } = server;
    // Compiled and cached as in a server that has been up for a while.
    await neighbours.load({ url, rate: WARM_TIMES * rate, seconds: warmSeconds });
    await server.stalls();
    const before = await sampleOf(await neighbours.load({ url, rate, seconds: beforeSeconds }), server);

    const number = attacks++;
    const localAddress = `127.0.1.${1 + (number % 250)}`;
    const load = neighbours.load({ url, rate, seconds: attackSeconds + graceSeconds + LOOT_MS / 1000 });
    const times = { seconds: attackSeconds, graceSeconds };
    const job = { attack: attack.name, number, url: attacked.url, ...times, short, localAddress };
    const loot = await lootOf(attacker, job);
    neighbours.stop();
    const during = await sampleOf(await load, server);
    const after =
      server.death === undefined
        ? await sampleOf(await neighbours.load({ url, rate, seconds: afterSeconds }), server)
        : null;
    return { before, during, after, death: server.death ?? null, loot, machineLoad: loadavg()[0] ?? 0 };
  } finally {
    attacker.kill('SIGKILL');
    for (const one of new Set([server, attacked])) if (one.death === undefined) await one.stop();
  }
}

async function lootOf(attacker: ChildProcess, job: AttackJob): Promise<Loot | null> {
  attacker.send(job);
  const limit = setTimeout(() => attacker.kill('SIGKILL'), (job.seconds + job.graceSeconds) * 1000 + LOOT_MS);
  return answerOf<Loot>(attacker).finally(() => clearTimeout(limit));
}

async function sampleOf(heard: Heard, server: AttackedServer): Promise<Sample> {
  return { heard, stalls: await server.stalls().catch(() => null) };
}

/** The figures of all rounds of an attack together, so that one moment of the machine is not all that a p99 consists of. */
export function pool(rounds: readonly Round[]): Measured {
  const death = rounds.find((round) => round.death !== null)?.death ?? null;
  return {
    before: phaseOf(rounds.map(({ before }) => before)),
    during: phaseOf(rounds.map(({ during }) => during)),
    after: death === null ? phaseOf(rounds.flatMap(({ after }) => after ?? [])) : null,
    death,
    loot: poolLoot(rounds.map(({ loot }) => loot)),
    machineLoad: Math.max(...rounds.map(({ machineLoad }) => machineLoad)),
    calmMs: rounds.flatMap(({ before }) => before.heard.ms),
  };
}

function phaseOf(samples: readonly Sample[]): Phase {
  const sorted = samples.flatMap(({ heard }) => heard.ms).sort((a, b) => a - b);
  const requests = samples.reduce((sum, { heard }) => sum + heard.requests, 0);
  const highest = (pick: (stalls: Stalls) => number) => {
    const all = samples.map(({ stalls }) => stalls && pick(stalls)).filter((value) => value !== null);
    return all.length < samples.length ? null : Math.max(...all);
  };
  return {
    requests,
    failed: requests - sorted.length,
    failures: addUp(samples.map(({ heard }) => heard.failures)),
    p50Ms: quantile(sorted, 0.5) ?? null,
    p99Ms: quantile(sorted, 0.99) ?? null,
    loopHeldMs: highest(({ loopHeldMs }) => loopHeldMs),
    loopLateMs: highest(({ loopLateMs }) => loopLateMs),
    peakRssMiB: highest(({ peakRssBytes }) => peakRssBytes / 2 ** 20),
  };
}

function poolLoot(all: readonly (Loot | null)[]): Loot | null {
  const loots = all.filter((loot) => loot !== null);
  if (loots.length < all.length) return null;
  const [largest] = loots.map((loot) => loot.largest).sort((a, b) => b.received - a.received);
  return {
    answers: addUp(loots.map(({ answers }) => answers)),
    largest: largest ?? { received: 0, sent: 0 },
    longestMs: Math.max(...loots.map(({ longestMs }) => longestMs)),
  };
}

/** Counts by what they are of. */
export function addUp(all: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all) for (const [kind, count] of Object.entries(counts)) sums[kind] = (sums[kind] ?? 0) + count;
  return sums;
}
