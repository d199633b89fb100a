import { describe, expect, it, vi } from 'vitest';
import { MemoryCounters } from '../../src/http/limits/memory-counters.js';

const MINUTE = 60_000;

const count = (counters: MemoryCounters, key: string) => counters.add(key, 1).points;

describe('counters in memory', () => {
  it('count each key for itself', () => {
    const counters = new MemoryCounters(MINUTE);
    expect(['a', 'b', 'a', 'a', 'b'].map((key) => count(counters, key))).toEqual([1, 1, 2, 3, 2]);
  });

  it('count several calls at once, and tell how long the window still lasts', () => {
    const counters = new MemoryCounters(MINUTE);
    counters.add('a', 2);
    const { points, leftMs } = counters.add('a', 3);
    expect(points).toBe(5);
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(MINUTE);
  });

  it('tell the length of the window to the millisecond, whatever the time is', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(7244.203690637712);
    expect(new MemoryCounters(MINUTE).add('a', 1).leftMs).toBe(MINUTE);
    clock.mockRestore();
  });

  it('begin anew when the window has ended', () => {
    const counters = new MemoryCounters(0);
    expect([1, 2, 3].map(() => count(counters, 'a'))).toEqual([1, 1, 1]);
  });

  it('remember the 10,000 keys that came last, and none that 20,000 have come after', () => {
    const counters = new MemoryCounters(MINUTE);
    const others = (name: string, keys: number) => {
      for (let index = 0; index < keys; index++) count(counters, `${name}${index}`);
    };
    count(counters, 'a');
    others('x', 9_999);
    expect(count(counters, 'a')).toBe(2);
    others('y', 9_999);
    // Seen in between, so not the oldest any more.
    expect(count(counters, 'a')).toBe(3);
    others('z', 20_000);
    expect(count(counters, 'a')).toBe(1);
  });
});
