import { describe, expect, it } from 'vitest';
import { tally } from '../../src/telemetry/tally.js';

describe('a tally', () => {
  it('tells the first at once, and what came since no more often than it may', () => {
    const told: number[] = [];
    const seldom = tally(3_600_000, (count) => void told.push(count));
    for (let time = 0; time < 1000; time++) seldom();
    expect(told).toEqual([1]);
  });

  it('leaves nothing uncounted', () => {
    const told: number[] = [];
    const often = tally(0, (count) => void told.push(count));
    for (let time = 0; time < 10; time++) often();
    expect(told.reduce((sum, count) => sum + count)).toBe(10);
  });
});
