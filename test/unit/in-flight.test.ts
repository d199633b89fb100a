import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { InFlight } from '../../src/http/limits/in-flight.js';

afterEach(() => void vi.restoreAllMocks());

it('tells those who are refused in slices, in which others come between', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const inFlight = new InFlight(1, () => {});
  const leave = inFlight.enter('somebody');
  const refused: number[] = [];
  for (let request = 0; request < 6; request++) {
    const refuse = () => {
      refused.push(request);
      now += 0.5;
    };
    inFlight.whenItMay('a', () => expect.unreachable(), refuse);
  }
  expect(refused).toEqual([]);
  await nextRound();
  expect(refused).toEqual([0, 1]);
  await nextRound();
  expect(refused).toEqual([0, 1, 2, 3]);
  await nextRound();
  expect(refused).toEqual([0, 1, 2, 3, 4, 5]);
  leave();
});
