import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairScheduler } from '../../src/http/limits/fair-scheduling.js';

let now = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => now));
afterEach(() => void vi.restoreAllMocks());

const fail = () => expect.unreachable();

describe('requests', () => {
  it('come at once while there is time', () => {
    const scheduler = new FairScheduler();
    for (let request = 0; request < 100; request++) {
      const begin = vi.fn();
      scheduler.schedule('a', { start: begin, refuse: fail });
      expect(begin).toHaveBeenCalledOnce();
      expect(scheduler.waiting).toBe(0);
    }
  });

  it('come one in a round once there is none, in the order of asking, also for whoever asks later', async () => {
    const scheduler = new FairScheduler();
    const begun: number[] = [];
    const ask = (request: number) => scheduler.schedule('a', { start: () => void begun.push(request), refuse: fail });
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

  it('of several senders come in rotation, whoever sent how many', async () => {
    const scheduler = new FairScheduler();
    const begun: string[] = [];
    const ask = (name: string) =>
      scheduler.schedule(name.slice(0, 1), { start: () => void begun.push(name), refuse: fail });
    ask('a0');
    now += 25;
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) ask(name);
    for (let round = 0; round < 6; round++) await nextRound();
    expect(begun).toEqual(['a0', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(scheduler.waiting).toBe(0);
  });

  it('make room by the newest of whoever has the most waiting, and not for one of theirs', async () => {
    const scheduler = new FairScheduler();
    const begun: string[] = [];
    const refused: string[] = [];
    const ask = (name: string) =>
      scheduler.schedule(name.slice(0, 1), {
        start: () => void begun.push(name),
        refuse: () => void refused.push(name),
      });
    ask('a0');
    now += 25;
    for (const name of ['a1', 'a2', 'a3', 'b1']) ask(name);
    expect(scheduler.makeRoomFor('a')).toBe(false);
    expect(scheduler.makeRoomFor('c')).toBe(true);
    ask('c1');
    expect([refused, scheduler.waiting]).toEqual([['a3'], 4]);
    // Who has as many as the other would then have keeps theirs.
    expect(scheduler.makeRoomFor('b')).toBe(false);
    for (let round = 0; round < 4; round++) await nextRound();
    expect(begun).toEqual(['a0', 'a1', 'b1', 'c1', 'a2']);
  });
});
