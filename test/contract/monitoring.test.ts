import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/telemetry/metrics.js';
import { readPage, tableRows } from '../support/markdown.js';
import { REPOSITORY } from '../support/project.js';

const read = (file: string) => readFileSync(join(REPOSITORY, 'docs/monitoring', file), 'utf8');
const page = readPage('docs/operate.md');
const types = new Metrics().types();
const names = [...types.keys()];
const ours = names.filter((name) => !/^(process|nodejs)_/.test(name));

/** The metrics that an expression in PromQL names, without what Prometheus adds to those of a histogram. */
function metricsIn(expression: string): string[] {
  const found = expression.match(/\b(?:http_server|db_client|support|process|nodejs)_\w+/g) ?? [];
  return found.map((name) => name.replace(/_(?:bucket|count|sum)$/, ''));
}

describe('docs/operate.md', () => {
  it('has each metric of ours, with its type, and no other', () => {
    const rows = tableRows(page.text, 'Metric').map(([name = '', type]) => [name.replaceAll('`', ''), type]);
    expect(rows.sort()).toEqual(ours.map((name) => [name, types.get(name)]).sort());
  });

  it('says what to do for each alert', () => {
    const alerts = [...read('alerts.yaml').matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
    expect(alerts.length).toBeGreaterThan(10);
    for (const alert of alerts) {
      expect(page.text).toContain(`\n### ${alert}\n`);
      expect(read('alerts.yaml')).toContain(`runbook: docs/operate.md#${alert.toLowerCase()}\n`);
    }
    const entries = [...page.text.matchAll(/^### (SupportApi\w+)$/gm)].map(([, name]) => name);
    expect(entries).toEqual(alerts);
  });
});

describe.each(['alerts.yaml', 'dashboard.json'])('docs/monitoring/%s', (file) => {
  it('names metrics that there are', () => {
    const expressions =
      file === 'dashboard.json'
        ? (JSON.parse(read(file)) as { panels: { targets: { expr: string }[] }[] }).panels.flatMap(({ targets }) =>
            targets.map(({ expr }) => expr),
          )
        : read(file)
            .split('\n')
            .filter((line) => !line.trimStart().startsWith('#'));
    const named = [...new Set(expressions.flatMap(metricsIn))].filter((name) => name !== 'support_api');
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('shows or watches what only we know', () => {
    if (file === 'alerts.yaml') return;
    const shown = metricsIn(read(file).replaceAll('\\"', '"'));
    const missing = ours.filter((name) => !shown.includes(name) && name !== 'support_job_duration_seconds');
    expect(missing).toEqual([]);
  });
});
