import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './data.js';

export interface ScaleReport {
  commit: string;
  machine: string;
  connections: number;
  /** Requests a second, over all databases of an engine. */
  rate: number;
  seconds: number;
  fills: { engine: Engine; tickets: number; seconds: number; bytes: number }[];
  /** All lists, all gets, all messages, all creates. */
  together: ScaleMeasurement[];
  /** By kind of user, filter and page. */
  measurements: ScaleMeasurement[];
}

export interface ScaleMeasurement {
  engine: Engine;
  tickets: number;
  operation: string;
  requests: number;
  p50Ms: number;
  p99Ms: number;
}

/** Prints the tables; into `folder`, if given, go they and every single figure. */
export function writeScaleReport(report: ScaleReport, folder: string | undefined): void {
  const text = tables(report);
  process.stdout.write(text);
  if (folder === undefined) return;
  writeFileSync(join(folder, 'performance-scale.md'), text);
  writeFileSync(join(folder, 'performance-scale.json'), `${JSON.stringify(report, null, 1)}\n`);
}

const unique = <T>(items: T[]): T[] => [...new Set(items)];
const size = (tickets: number) => tickets.toLocaleString('en-US');

function tables({ commit, machine, connections, rate, seconds, fills, together, measurements }: ScaleReport): string {
  const lines = [
    '# Scale',
    '',
    `Made by \`npm run bench:scale\`; what it means stands in [performance.md](performance.md#scale). Commit ${commit}; ${machine};`,
    `${rate} requests a second for ${seconds} s on ${connections} connections, databases and operations taking turns at each request.`,
    'Milliseconds, p50 / p99; in brackets the requests at each size. Half of the tickets belong to heavy users, with up to 50,000 each. Page 500 is the last page where a user has fewer.',
  ];
  for (const engine of unique(measurements.map((one) => one.engine))) {
    const own = measurements.filter((one) => one.engine === engine);
    const largest = own.at(-1)?.tickets ?? 0;
    lines.push('', `## ${engine}`, '', ...table(together.filter((one) => one.engine === engine)));
    lines.push('', 'Each by itself:', '', ...table(own));
    lines.push('', `Page 500 ÷ page 1 at ${size(largest)} tickets:`, '');
    for (const { operation, ...first } of own.filter(
      (one) => one.tickets === largest && / page 1$/.test(one.operation),
    )) {
      const far = own.find((one) => one.tickets === largest && one.operation === operation.replace(/1$/, '500'));
      if (far === undefined) continue;
      const ratio = (key: 'p50Ms' | 'p99Ms') => (far[key] / first[key]).toFixed(2);
      lines.push(`- ${operation.replace(/, page 1$/, '')}: p50 ${ratio('p50Ms')}, p99 ${ratio('p99Ms')}`);
    }
  }
  lines.push('', '## Filling', '', '| | seconds | MiB |', '|---|---|---|');
  for (const { engine, tickets, seconds: took, bytes } of fills) {
    lines.push(`| ${engine}, ${size(tickets)} tickets | ${took.toFixed(0)} | ${(bytes / 2 ** 20).toFixed(0)} |`);
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
