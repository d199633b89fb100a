import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runJobs } from '../../src/jobs/run-jobs.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Line {
  level: string;
  msg: string;
  [field: string]: unknown;
}

function recordingLog() {
  const lines: Line[] = [];
  const write = (level: string) => (fields: object, msg: string) => void lines.push({ level, msg, ...fields });
  const runs: [job: string, outcome: string][] = [];
  const log = { info: write('info'), warn: write('warn'), error: write('error') };
  const observers = { log, metrics: { job: (name: string, outcome: string) => void runs.push([name, outcome]) } };
  return { lines, runs, observers };
}

/** A job that a test ends run by run. */
function heldJob(everyMs = 60_000) {
  const ends: { done(count: number): void; fail(error: Error): void }[] = [];
  const signals: AbortSignal[] = [];
  const run = (signal: AbortSignal) =>
    new Promise<number>((done, fail) => {
      signals.push(signal);
      ends.push({ done, fail });
    });
  return { job: { name: 'held', everyMs, run }, ends, signals };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

it('runs at once, and again so long after the end of a run, never two at a time', async () => {
  const { job, ends } = heldJob();
  const { observers, lines } = recordingLog();
  const jobs = runJobs([job], observers);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ends).toHaveLength(1);
  ends[0]?.done(3);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(ends).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(ends).toHaveLength(2);
  ends[1]?.done(0);
  await settle();
  // A run without work has nothing to say.
  expect(lines).toEqual([{ level: 'info', msg: 'job done', job: 'held', count: 3, ms: expect.any(Number) }]);
  await jobs.stop();
});

it('has each run counted, by how it ended', async () => {
  const { job, ends } = heldJob(1_000);
  const { observers, runs } = recordingLog();
  const jobs = runJobs([job], observers);
  ends[0]?.done(1);
  await vi.advanceTimersByTimeAsync(1_000);
  ends[1]?.fail(new Error('away'));
  await settle();
  expect(runs).toEqual([
    ['held', 'done'],
    ['held', 'failed'],
  ]);
  await jobs.stop();
});

it('logs a failure and tries again, later each time, and as usual after a success', async () => {
  const { job, ends } = heldJob(3_600_000);
  const { observers, lines } = recordingLog();
  const jobs = runJobs([job], observers);
  for (const [index, retryInMs] of [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000].entries()) {
    ends[index]?.fail(new Error('away'));
    await settle();
    expect(lines[index]).toMatchObject({ level: 'error', msg: 'job failed', failures: index + 1, retryInMs });
    await vi.advanceTimersByTimeAsync(retryInMs - 1);
    expect(ends).toHaveLength(index + 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(index + 2);
  }
  ends.at(-1)?.done(1);
  await vi.advanceTimersByTimeAsync(3_600_000);
  ends.at(-1)?.fail(new Error('again'));
  await settle();
  expect(lines.at(-1)).toMatchObject({ failures: 1, retryInMs: 5_000 });
  await jobs.stop();
});

it('a job that throws at once, or hangs, holds up no other', async () => {
  const { job, ends } = heldJob();
  const { observers, lines } = recordingLog();
  const broken = {
    name: 'broken',
    everyMs: 1_000,
    run: () => {
      throw new Error('at once');
    },
  };
  const jobs = runJobs([job, broken], observers);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(lines.filter((line) => line.job === 'broken').length).toBeGreaterThanOrEqual(3);
  ends[0]?.done(1);
  await jobs.stop();
  expect(lines.at(-1)).toMatchObject({ job: 'held', count: 1 });
});

it('stops when what is under way has ended, having told it, and begins nothing more', async () => {
  const { job, ends, signals } = heldJob();
  const jobs = runJobs([job], recordingLog().observers);
  let stopped = false;
  const stop = jobs.stop().then(() => {
    stopped = true;
  });
  await settle();
  expect(signals[0]?.aborted).toBe(true);
  expect(stopped).toBe(false);
  ends[0]?.done(1);
  await stop;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ends).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('stops between two runs, too', async () => {
  const { job, ends } = heldJob();
  const jobs = runJobs([job], recordingLog().observers);
  ends[0]?.done(0);
  await settle();
  await jobs.stop();
  expect(vi.getTimerCount()).toBe(0);
});
