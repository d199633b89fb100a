import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './data.js';
import type { Result } from './load.js';
import { OPERATIONS, type Operation } from './operations.js';
import type { ServerName } from './server.js';

export interface Measurement extends Result {
  engine: Engine;
  server: ServerName;
  operation: Operation;
  connections: number;
  /** Of the server, for each request. */
  cpuUs: number;
}

export interface Resting {
  engine: Engine;
  server: ServerName;
  startMs: number;
  restMiB: number;
  peakMiB: number;
}

export interface Report {
  commit: string;
  machine: string;
  rounds: number;
  seconds: number;
  measurements: Measurement[];
  resting: Resting[];
}

/** Prints the tables; into `folder`, if given, go they, the chart and every single figure. */
export function writeReport(report: Report, folder: string | undefined): void {
  const text = tables(report);
  process.stdout.write(`${text}\n`);
  if (folder === undefined) return;
  writeFileSync(join(folder, 'performance-results.md'), text);
  writeFileSync(join(folder, 'performance-results.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(folder, 'performance.svg'), chart(report));
}

const median = (numbers: number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};
/** A dash where a round has no times. */
const time = (ms: (number | null)[]): string => (ms.every((one) => one !== null) ? median(ms).toFixed(1) : '–');
/** Half the distance between the highest and the lowest, in per cent of the median. */
const spread = (numbers: number[]): number =>
  ((Math.max(...numbers) - Math.min(...numbers)) / 2 / median(numbers)) * 100;

type Key = 'perSecond' | 'p50Ms' | 'p99Ms' | 'cpuUs';

function figures<K extends Key>(
  report: Report,
  engine: Engine,
  connections: number,
  operation: Operation,
  server: ServerName,
  key: K,
): Measurement[K][] {
  return report.measurements
    .filter((one) => one.engine === engine && one.connections === connections)
    .filter((one) => one.operation === operation && one.server === server)
    .map((one) => one[key]);
}

const unique = <T>(items: T[]): T[] => [...new Set(items)];

function tables(report: Report): string {
  const { commit, machine, rounds, seconds, measurements, resting } = report;
  const lines = [
    `Commit ${commit}; ${machine}; medians of ${rounds} rounds of ${seconds} s, servers taking turns within each round. A dash: in a round, some connection had no answer at all.`,
  ];
  const servers = unique(measurements.map(({ server }) => server));
  const ratio = (a: number, b: number) => (Number.isFinite(a / b) ? (a / b).toFixed(2) : '–');
  for (const engine of unique(measurements.map((one) => one.engine))) {
    for (const connections of unique(measurements.map((one) => one.connections))) {
      lines.push(
        '',
        `### ${engine}, ${connections} connection${connections === 1 ? '' : 's'}`,
        '',
        `| | ${servers.map((server) => `${server}, requests/s`).join(' | ')} | ours ÷ floor | ours ÷ plain | ${servers.map((server) => `p50 / p99 ms, ${server}`).join(' | ')} | ${servers.map((server) => `CPU µs, ${server}`).join(' | ')} |`,
        `|---|${'---|'.repeat(servers.length * 3 + 2)}`,
      );
      for (const operation of OPERATIONS) {
        const of = <K extends Key>(server: ServerName, key: K) =>
          figures(report, engine, connections, operation, server, key);
        if (of(servers[0] as ServerName, 'perSecond').length === 0) continue;
        const speed = (server: ServerName) =>
          of(server, 'perSecond').length > 0 ? median(of(server, 'perSecond')) : Number.NaN;
        lines.push(
          `| ${operation} | ${servers.map((server) => `${speed(server).toFixed(0)} ±${spread(of(server, 'perSecond')).toFixed(0)} %`).join(' | ')} | ` +
            `${ratio(speed('ours'), speed('floor'))} | ${ratio(speed('ours'), speed('plain'))} | ` +
            `${servers.map((server) => `${time(of(server, 'p50Ms'))} / ${time(of(server, 'p99Ms'))}`).join(' | ')} | ` +
            `${servers.map((server) => median(of(server, 'cpuUs')).toFixed(0)).join(' | ')} |`,
        );
      }
    }
  }
  lines.push('', '| | start to listening, ms | memory at rest, MiB | highest, MiB |', '|---|---|---|---|');
  for (const { engine, server, startMs, restMiB, peakMiB } of resting) {
    lines.push(`| ${engine}, ${server} | ${startMs.toFixed(0)} | ${restMiB.toFixed(0)} | ${peakMiB.toFixed(0)} |`);
  }
  return `${lines.join('\n')}\n`;
}

const COLOURS: Record<ServerName, string> = { ours: '#0b6e4f', floor: '#9aa5b1', plain: '#d98324' };
const AT = 32;

/** Requests a second at 32 connections, each operation's bars relative to its floor. */
function chart(report: Report): string {
  const engines = unique(report.measurements.map(({ engine }) => engine));
  const operations = OPERATIONS.filter((operation) => report.measurements.some((one) => one.operation === operation));
  const servers = unique(report.measurements.map(({ server }) => server));
  const [width, height, left, top] = [900, 260, 60, 40];
  const parts: string[] = [];
  engines.forEach((engine, row) => {
    const base = top + row * (height + 60) + height;
    parts.push(
      `<text x="${left}" y="${base - height - 12}" font-weight="bold">${engine}: requests a second at ${AT} connections, floor = 1</text>`,
    );
    for (const mark of [0, 0.5, 0.8, 1, 1.5, 2]) {
      const y = base - (mark / 2) * height;
      parts.push(
        `<line x1="${left}" x2="${width}" y1="${y}" y2="${y}" stroke="${mark === 0.8 ? '#c0392b' : '#e4e7eb'}"/>`,
      );
      parts.push(`<text x="${left - 8}" y="${y + 4}" text-anchor="end">${mark}</text>`);
    }
    const step = (width - left) / operations.length;
    operations.forEach((operation, column) => {
      const floor = median(figures(report, engine, AT, operation, 'floor', 'perSecond'));
      servers.forEach((server, index) => {
        const value = median(figures(report, engine, AT, operation, server, 'perSecond')) / floor;
        if (!Number.isFinite(value)) return;
        const bar = (Math.min(value, 2) / 2) * height;
        const x = left + column * step + 12 + index * (step / 4);
        parts.push(
          `<rect x="${x}" y="${base - bar}" width="${step / 4 - 4}" height="${bar}" fill="${COLOURS[server]}"/>`,
        );
        parts.push(
          `<text x="${x + step / 8 - 2}" y="${base - bar - 4}" text-anchor="middle" font-size="10">${value.toFixed(2)}</text>`,
        );
      });
      parts.push(
        `<text x="${left + column * step + step / 2 - 8}" y="${base + 16}" text-anchor="middle">${operation}</text>`,
      );
    });
  });
  const legend = servers.map(
    (server, index) =>
      `<rect x="${left + index * 90}" y="6" width="12" height="12" fill="${COLOURS[server]}"/><text x="${left + 18 + index * 90}" y="16">${server}</text>`,
  );
  const all = top + engines.length * (height + 60);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + 10} ${all}" font-family="sans-serif" font-size="12">
<title>Requests a second at 32 connections, relative to the floor</title>
<rect width="100%" height="100%" fill="white"/>
${[...legend, ...parts].join('\n')}
</svg>
`;
}
