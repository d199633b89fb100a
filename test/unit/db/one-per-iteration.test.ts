import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OnePerIteration } from '../../../src/db/postgresql/one-per-iteration.js';

it('work that comes together is done a piece in each iteration of the event loop, the first at once, in its order', async () => {
  const pieces = new OnePerIteration();
  const done: string[] = [];
  for (const name of ['a', 'b', 'c']) pieces.run(() => done.push(name));
  expect(done).toEqual(['a']);
  await nextIteration();
  expect(done).toEqual(['a', 'b']);
  // Behind what waits.
  pieces.run(() => done.push('d'));
  expect(done).toEqual(['a', 'b']);
  await nextIteration();
  expect(done).toEqual(['a', 'b', 'c']);
  await nextIteration();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  await nextIteration();
  pieces.run(() => done.push('e'));
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e']);
});
