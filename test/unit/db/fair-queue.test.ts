import { expect, it, onTestFinished, vi } from 'vitest';
import { FairQueue } from '../../../src/db/fair-queue.js';

/** Work that ends when told, and says when it began. */
function pieces(queue: FairQueue) {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const add = (name: string) =>
    queue.run(name.replace(/\d+$/, ''), () => {
      begun.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve(name)));
      });
    });
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await new Promise(setImmediate);
  };
  return { begun, add, end };
}

it('runs as many at once as there are places, of each owner one', async () => {
  const queue = new FairQueue(2);
  const { begun, add } = pieces(queue);
  for (const name of ['a1', 'a2', 'b1', 'c1']) void add(name);
  expect(begun).toEqual(['a1', 'b1']);
  expect([queue.running, queue.waiting]).toEqual([2, 2]);
});

it('lets owners take turns, whoever asked how often', async () => {
  const queue = new FairQueue(1);
  const { begun, add, end } = pieces(queue);
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) void add(name);
  for (let done = 0; done < 5; done++) await end(begun.at(-1) ?? '');
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

it('gives back what the work gives, and goes on after one that fails', async () => {
  const queue = new FairQueue(1);
  const { begun, add, end } = pieces(queue);
  const failed = add('a1').catch((error: Error) => error.message);
  const done = add('b1');
  await end('a1', new Error('no'));
  expect(begun).toEqual(['a1', 'b1']);
  await end('b1');
  expect([await failed, await done]).toEqual(['no', 'b1']);
  expect([queue.running, queue.waiting]).toEqual([0, 0]);
});

it('keeps an owner from more while what they got has its rest, and nobody else', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const queue = new FairQueue(Number.POSITIVE_INFINITY);
  const begun: string[] = [];
  const add = (name: string) =>
    queue.run(
      name.replace(/\d+$/, ''),
      async () => {
        begun.push(name);
        vi.advanceTimersByTime(20);
        return name;
      },
      (result, tookMs) => (result === 'a3' ? 0 : 3 * tookMs),
    );
  const results = Promise.all(['a1', 'a2', 'a3', 'a4'].map(add));
  await new Promise(setImmediate);
  expect(begun).toEqual(['a1']);
  expect(await add('b1')).toBe('b1');
  vi.advanceTimersByTime(39);
  await new Promise(setImmediate);
  expect(begun).toEqual(['a1', 'b1']);
  vi.advanceTimersByTime(1);
  await new Promise(setImmediate);
  expect(begun).toEqual(['a1', 'b1', 'a2']);
  // The third has no rest after it.
  vi.advanceTimersByTime(60);
  expect(await results).toEqual(['a1', 'a2', 'a3', 'a4']);
  // The last one has its rest too: its owner may ask again.
  expect(queue.running).toBe(1);
  vi.advanceTimersByTime(60);
  expect(queue.running).toBe(0);
});
