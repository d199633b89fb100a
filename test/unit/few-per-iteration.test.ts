import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FewPerIteration } from '../../src/event-loop/few-per-iteration.js';

it('work that comes together is done a few pieces in each iteration of the event loop, the first at once, in its order', async () => {
  const pieces = new FewPerIteration(2);
  const done: string[] = [];
  const come = (...names: string[]) => {
    for (const name of names) pieces.run(() => done.push(name));
  };
  come('a', 'b', 'c', 'd', 'e');
  expect(done.join('')).toBe('ab');
  await nextIteration();
  expect(done.join('')).toBe('abcd');
  // Behind what waits.
  come('f', 'g');
  expect(done.join('')).toBe('abcd');
  await nextIteration();
  expect(done.join('')).toBe('abcdef');
  await nextIteration();
  expect(done.join('')).toBe('abcdefg');
  come('h');
  expect(done.join('')).toBe('abcdefgh');
  await nextIteration();
  come('i', 'j', 'k');
  expect(done.join('')).toBe('abcdefghij');
  await nextIteration();
  expect(done.join('')).toBe('abcdefghijk');
});

it('what comes of a piece waits for those that have waited longer', async () => {
  const pieces = new FewPerIteration(1);
  const done: string[] = [];
  pieces.run(() => {
    done.push('a');
    pieces.run(() => done.push('c'));
  });
  pieces.run(() => {
    done.push('b');
    pieces.run(() => done.push('d'));
  });
  for (const so of ['a', 'ac', 'acb', 'acbd']) {
    expect(done.join('')).toBe(so);
    await nextIteration();
  }
});
