import { Histogram as PromHistogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { Histogram } from '../../src/telemetry/histogram.js';

const buckets = [0.005, 0.1, 1, 10];
const VALUES = [0, 0.004, 0.005, 0.0051, 0.1, 0.3, 1, 9.999, 10, 11, 1000];

/** The samples of a registry's text, whatever their order. */
const samples = async (registry: Registry) => (await registry.metrics()).split('\n').sort();

it('shows what prom-client shows for the same values', async () => {
  const [theirs, ours] = [new Registry(), new Registry()];
  const options = { name: 'duration_seconds', help: 'How long', labelNames: ['route', 'status'], buckets };
  const their = new PromHistogram({ ...options, registers: [theirs] });
  const our = new Histogram(ours, options);
  for (const [index, value] of VALUES.entries()) {
    const labels = ['/a/:id', '/b "quoted"\\'].map((route) => [route, String(200 + (index % 3))]);
    for (const each of labels) {
      their.labels(...each).observe(value);
      our.observe(value, ...each);
    }
  }
  expect(await samples(ours)).toEqual(await samples(theirs));
});

it('without labels shows zeros before the first value', async () => {
  const [theirs, ours] = [new Registry(), new Registry()];
  const options = { name: 'wait_seconds', help: 'How long', buckets };
  const their = new PromHistogram({ ...options, registers: [theirs] });
  const our = new Histogram(ours, options);
  expect(await samples(ours)).toEqual(await samples(theirs));
  their.observe(0.2);
  our.observe(0.2);
  expect(await samples(ours)).toEqual(await samples(theirs));
});
