import { expect, it } from 'vitest';
import { Mutex } from '../../../src/db/mutex.js';

it('lets one in at a time, in the order of asking', async () => {
  const mutex = new Mutex();
  const order: string[] = [];
  const work = (name: string) =>
    mutex.run(async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} out`);
    });
  await Promise.all([work('a'), work('b'), work('c')]);
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

it('is free again when the work throws', async () => {
  const mutex = new Mutex();
  await expect(mutex.run(() => Promise.reject(new Error('on purpose')))).rejects.toThrow('on purpose');
  expect(await mutex.run(async () => 'next')).toBe('next');
});

it('is not overtaken by one who asks in the moment of the handover', async () => {
  const mutex = new Mutex();
  const order: string[] = [];
  const release = await mutex.acquire();
  const waiting = mutex.run(async () => void order.push('waiting'));
  release();
  const late = mutex.run(async () => void order.push('late'));
  await Promise.all([waiting, late]);
  expect(order).toEqual(['waiting', 'late']);
});

it('ends a turn once: a second release does not end the next one', async () => {
  const mutex = new Mutex();
  const release = await mutex.acquire();
  const second = mutex.acquire();
  release();
  release();
  const releaseSecond = await second;
  let entered = false;
  const third = mutex.run(async () => {
    entered = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(entered).toBe(false);
  releaseSecond();
  await third;
});
