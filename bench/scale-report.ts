import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './data.js';

/** What was measured on one engine, all sizes side by side. */
export interface ScaleReport {
  engine: Engine;
  commit: string;
  machine: string;
  connections: number;
  /** Requests a second, over all databases. */
  rate: number;
  seconds: number;
  fills: { tickets: number; seconds: number; bytes: number }[];
  /** All lists, all gets, all messages, all creates. */
  together: ScaleMeasurement[];
  /** By kind of user, filter and page. */
  measurements: ScaleMeasurement[];
}

export interface ScaleMeasurement {
  tickets: number;
  operation: string;
  requests: number;
  p50Ms: number;
  p99Ms: number;
}

/** Prints the tables; into `folder`, if given, go they and every single figure, beside what is there of the other engine. */
export function writeScaleReport(report: ScaleReport, folder: string | undefined): void {
  const file = folder === undefined ? undefined : join(folder, 'performance-scale.json');
  const before: ScaleReport[] = file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const others = before.filter(({ engine }) => engine !== report.engine);
  const reports = [...others, report].sort((a, b) => (a.engine < b.engine ? 1 : -1));
  const text = HEAD + reports.map(tables).join('');
  process.stdout.write(text);
  if (folder === undefined || file === undefined) return;
  writeFileSync(join(folder, 'performance-scale.md'), text);
  writeFileSync(file, `${JSON.stringify(reports, null, 1)}\n`);
}

const unique = <T>(items: T[]): T[] => [...new Set(items)];
const size = (tickets: number) => tickets.toLocaleString('en-US');

const HEAD = `# Scale

Made by \`npm run bench:scale\`; what it means stands in [performance.md](performance.md#scale). Databases and operations take turns at each request.
Milliseconds, p50 / p99; in brackets the requests at each size. Half of the tickets belong to heavy users, with up to 50,000 each. Page 500 is the last page where a user has fewer.
`;

function tables({ engine, commit, machine, connections, rate, seconds, ...measured }: ScaleReport): string {
  const { fills, together, measurements } = measured;
  const largest = measurements.at(-1)?.tickets ?? 0;
  const lines = [
    '',
    `## ${engine}`,
    '',
    `Commit ${commit}; ${machine}; ${rate} requests a second for ${seconds} s on ${connections} connections.`,
    '',
    ...table(together),
    '',
    'Each by itself:',
    '',
    ...table(measurements),
    '',
    `Page 500 ÷ page 1 at ${size(largest)} tickets:`,
    '',
  ];
  const atLargest = measurements.filter(({ tickets }) => tickets === largest);
  for (const { operation, ...first } of atLargest.filter((one) => / page 1$/.test(one.operation))) {
    const far = atLargest.find((one) => one.operation === operation.replace(/1$/, '500'));
    if (far === undefined) continue;
    const ratio = (key: 'p50Ms' | 'p99Ms') => (far[key] / first[key]).toFixed(2);
    lines.push(`- ${operation.replace(/, page 1$/, '')}: p50 ${ratio('p50Ms')}, p99 ${ratio('p99Ms')}`);
  }
  lines.push('', '| Filled | seconds | MiB |', '|---|---|---|');
  for (const { tickets, seconds: took, bytes } of fills) {
    lines.push(`| ${size(tickets)} tickets | ${took.toFixed(0)} | ${(bytes / 2 ** 20).toFixed(0)} |`);
  }
  return `${lines.join('\n')}\n`;
}

/** A row for each operation, a column for each size. */
function table(measurements: ScaleMeasurement[]): string[] {
  const all = unique(measurements.map(({ tickets }) => tickets));
  const [smallest = 0, largest = 0] = [all[0], all.at(-1)];
  const rows = unique(measurements.map((one) => one.operation)).map((operation) => {
    const of = (tickets: number) => measurements.find((one) => one.tickets === tickets && one.operation === operation);
    const cells = all.map((tickets) => `${of(tickets)?.p50Ms.toFixed(1)} / ${of(tickets)?.p99Ms.toFixed(1)}`);
    const ratio = (key: 'p50Ms' | 'p99Ms') => ((of(largest)?.[key] ?? 0) / (of(smallest)?.[key] ?? 1)).toFixed(2);
    return `| ${operation} (${of(largest)?.requests}) | ${cells.join(' | ')} | ${ratio('p50Ms')} | ${ratio('p99Ms')} |`;
  });
  return [
    `| | ${all.map((tickets) => `${size(tickets)} tickets`).join(' | ')} | p50, largest ÷ smallest | p99, largest ÷ smallest |`,
    `|---|${'---|'.repeat(all.length + 2)}`,
    ...rows,
  ];
}
