import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairScheduler } from '../../src/http/limits/fair-scheduling.js';

let now = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now));
afterEach(() => void vi.restoreAllMocks());

describe('scheduler', () => {
  it('come at once while there is time', () => {
    const scheduler = new FairScheduler();
    for (let request = 0; request < 100; request++) {
      const begin = vi.fn();
      scheduler.schedule(begin);
      expect(begin).toHaveBeenCalledOnce();
      expect(scheduler.waiting).toBe(0);
    }
  });

  it('come one in a round once there is none, in the order of asking, also for whoever asks later', async () => {
    const scheduler = new FairScheduler();
    const begun: number[] = [];
    const ask = (request: number) => scheduler.schedule(() => void begun.push(request));
    ask(0);
    // The work of the first took this long.
    now += 25;
    for (const request of [1, 2, 3]) ask(request);
    expect(scheduler.waiting).toBe(3);
    await nextRound();
    expect(begun).toEqual([0, 1]);
    // There is time again, but others were first.
    ask(4);
    expect(scheduler.waiting).toBe(3);
    for (const others of [[2], [2, 3], [2, 3, 4]]) {
      await nextRound();
      expect(begun).toEqual([0, 1, ...others]);
    }
    expect(scheduler.waiting).toBe(0);
  });
});
