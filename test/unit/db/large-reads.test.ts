import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LargeReads } from '../../../src/db/large-reads.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const LONG = [{ content: 'x'.repeat(16 * 1024) }];
const SHORT = [{ content: 'x'.repeat(16 * 1024 - 1), count: 1, nothing: null }];

/** A read that takes so long, and gives these rows. */
const taking = (ms: number, rows: object[]) => () => {
  vi.advanceTimersByTime(ms);
  return Promise.resolve(rows);
};

it('gives what is read', async () => {
  const reads = new LargeReads();
  expect(await reads.run('user_1', taking(5, LONG))).toBe(LONG);
  expect(await reads.run('user_2', taking(5, SHORT))).toBe(SHORT);
});

it('reads more of the same user’s three times as long after a long text as it took, of others’ at once', async () => {
  const reads = new LargeReads();
  await reads.run('user_1', taking(10, LONG));
  const next = vi.fn(taking(0, SHORT));
  const later = reads.run('user_1', next);
  expect(await reads.run('user_2', taking(0, SHORT))).toBe(SHORT);
  await vi.advanceTimersByTimeAsync(29);
  expect(next).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(next).toHaveBeenCalled();
  expect(await later).toBe(SHORT);
});

it('rests twice as long where the user has asked for more', async () => {
  const reads = new LargeReads();
  const first = reads.run('user_1', taking(10, LONG));
  const next = vi.fn(taking(0, SHORT));
  const others = [reads.run('user_1', next), reads.run('user_1', taking(0, SHORT))];
  await first;
  await vi.advanceTimersByTimeAsync(59);
  expect(next).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(next).toHaveBeenCalled();
  expect(await Promise.all(others)).toEqual([SHORT, SHORT]);
});

it('gives others the event loop before anything is made of what is read, however short', async () => {
  const reads = new LargeReads();
  let given = false;
  const read = reads.run('user_1', taking(0, SHORT)).then(() => {
    given = true;
  });
  let givenBefore: boolean | undefined;
  setImmediate(() => {
    givenBefore = given;
  });
  await read;
  expect(givenBefore).toBe(false);
});

it('rests 90 ms at most, and not at all after a short text', async () => {
  const reads = new LargeReads();
  await reads.run('user_1', taking(5_000, LONG));
  const next = vi.fn(taking(5_000, SHORT));
  const later = reads.run('user_1', next);
  await vi.advanceTimersByTimeAsync(90);
  expect(await later).toBe(SHORT);
  expect(await reads.run('user_1', taking(0, SHORT))).toBe(SHORT);
});

it('lets the next one of a user read where one has failed', async () => {
  const reads = new LargeReads();
  await expect(reads.run('user_1', () => Promise.reject(new Error('no connection')))).rejects.toThrow('no connection');
  expect(await reads.run('user_1', taking(0, SHORT))).toBe(SHORT);
});
