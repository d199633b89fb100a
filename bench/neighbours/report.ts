import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../data.js';
import type { Attack } from './attack.js';
import { type Calm, GOAL, missed } from './goal.js';
import { addUp, type Measured, type Phase } from './measure.js';
import type { Plan } from './plan.js';

export interface Row extends Omit<Measured, 'calmMs'> {
  engine: Engine;
  build: string;
  attack: string;
}

export interface NeighboursReport {
  machine: string;
  builds: { name: string; commit: string }[];
  plan: Plan;
  calm: (Calm & { engine: Engine; build: string })[];
  rows: Row[];
}

/** Prints the tables; into `folder`, if given, go they and every single figure. */
export function writeNeighboursReport(
  report: NeighboursReport,
  attacks: readonly Attack[],
  folder: string | undefined,
): void {
  const text = tables(report, attacks);
  process.stdout.write(text);
  if (folder === undefined) return;
  writeFileSync(join(folder, 'performance-neighbours.md'), text);
  writeFileSync(join(folder, 'performance-neighbours.json'), `${JSON.stringify(report, rounded, 1)}\n`);
}

const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value);

const BY = { peer: 'a peer without a token', customer: 'a customer', agent: 'an agent' } as const;

function tables({ machine, builds, plan, calm, rows }: NeighboursReport, attacks: readonly Attack[]): string {
  const several = builds.length > 1;
  const lines = [
    '# Neighbours',
    '',
    'Made by `npm run bench:neighbours`; what it means stands in [performance.md](performance.md#neighbours). Builds:',
    `${builds.map(({ name, commit }) => `${name} is commit ${commit}`).join(', ')}; ${machine}, whose load average was ${loads(rows)}.`,
    '',
    `One user with the default limits, or one peer, attacks for ${plan.attackSeconds} s and waits up to ${plan.graceSeconds} s more, while others send ${plan.rate} requests a second: customers who list, read`,
    `and write, and an agent who lists the queue. Each figure: before → during → after the attack${plan.rounds > 1 ? `, of ${plan.rounds} rounds together` : ''}.`,
    `The goal: p99 at most ${GOAL.p99Times} times that of all phases before attacks together, no failure, the event loop never held for more`,
    `than ${GOAL.loopHeldMs} ms, less than ${GOAL.peakRssMiB} MiB. What an attack misses of it stands in the last column.`,
    'The event loop is held while it does one thing: the time in which the machine ran other programs is not counted.',
    ...(plan.short ? ['The short form: attacks are smaller than the last table says.'] : []),
  ];
  for (const engine of new Set(rows.map((row) => row.engine))) {
    const own = rows.filter((row) => row.engine === engine);
    const calmOf = (build: string) => calm.find((one) => one.engine === engine && one.build === build) as Calm;
    const reached = (build: string) => {
      const all = own.filter((row) => row.build === build);
      return `${all.filter((row) => missed(row, calmOf(build)).length === 0).length} of ${all.length}`;
    };
    lines.push('', `## ${engine}`, '');
    for (const { name } of builds) {
      const { p50Ms, p99Ms } = calmOf(name);
      lines.push(
        `- ${several ? `${name}: w` : 'W'}ithout an attack, p50 ${figure(p50Ms)} and p99 ${figure(p99Ms)} ms; the goal is reached under ${reached(name)} attacks`,
      );
    }
    lines.push(
      '',
      `| Attack |${several ? ' Build |' : ''} p50, ms | p99, ms | Failures | Event loop held, ms | Highest RSS, MiB | Largest answer to the attacker, bytes | Its longest wait, ms | Missed |`,
      `|---|${several ? '---|' : ''}---|---|---|---|---|---|---|---|`,
    );
    for (const row of own) {
      const cells = [
        `${row.attack}`,
        ...(several ? [row.build] : []),
        phases(row, ({ p50Ms }) => p50Ms),
        phases(row, ({ p99Ms }) => p99Ms),
        failures(row),
        phases(row, ({ loopHeldMs }) => loopHeldMs),
        phases(row, ({ peakRssMiB }) => peakRssMiB),
        row.loot === null ? '–' : row.loot.largest.received.toLocaleString('en-US'),
        figure(row.loot?.longestMs),
        missed(row, calmOf(row.build)).join(', '),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  lines.push('', '## The attacks', '', '| Attack | By | What |', '|---|---|---|');
  for (const { name, by, what } of attacks) lines.push(`| ${name} | ${BY[by]} | ${what} |`);
  return `${lines.join('\n')}\n`;
}

/** The lowest and the highest. */
function loads(rows: readonly Row[]): string {
  const all = rows.map(({ machineLoad }) => machineLoad);
  return `${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)}`;
}

/** A dash where there is none. */
function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function phases({ before, during, after }: Row, pick: (phase: Phase) => number | null): string {
  return [pick(before), pick(during), after && pick(after)].map(figure).join(' → ');
}

/** Of how many, and which; during the attack and after it. */
function failures({ during, after, death }: Row): string {
  const kinds = addUp([during.failures, after?.failures ?? {}]);
  const failed = during.failed + (after?.failed ?? 0);
  const all = during.requests + (after?.requests ?? 0);
  const which = Object.entries(kinds).map(([kind, count]) => `${count} × ${kind}`);
  const counts = failed === 0 ? '0' : `${failed} of ${all}: ${which.join(', ')}`;
  return death === null ? counts : `**the server died (${death})**, ${counts}`;
}
