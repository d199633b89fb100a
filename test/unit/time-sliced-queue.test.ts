import { setImmediate as nextIteration } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { TimeSlicedQueue } from '../../src/http/limits/time-sliced-queue.js';

afterEach(() => void vi.restoreAllMocks());

it('work is done in its order, a slice of time in each iteration of the event loop', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const queue = new TimeSlicedQueue(2);
  const done: string[] = [];
  const add = (name: string, ms: number) =>
    queue.add(() => {
      done.push(name);
      now += ms;
    });
  for (const name of ['a', 'b', 'c']) add(name, 1);
  expect(done).toEqual([]);
  await nextIteration();
  expect(done).toEqual(['a', 'b']);
  // Behind what waits; longer than a slice, it is done all the same.
  add('d', 5);
  add('e', 1);
  await nextIteration();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  await nextIteration();
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e']);
  add('f', 1);
  await nextIteration();
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});
