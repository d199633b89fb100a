import { expect, it } from 'vitest';
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
