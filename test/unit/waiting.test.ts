import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BEGINNING, type FeedEvent } from '../../src/live/feed-event.js';
import { Follower } from '../../src/live/follower.js';
import { Waiting } from '../../src/live/waiting.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout'] }));
afterEach(() => void vi.useRealTimers());

const unused = () => {
  throw new Error('not called here');
};
const follower = (userId?: string) =>
  new Follower(
    { pageAfter: unused, change: unused, leave: unused, wake: unused },
    { userId, place: BEGINNING, resumed: false },
  );
const eventOf = (userId: string) => ({ userId }) as FeedEvent;

/** Who waits, and how many of them have been told. */
function waitFor(waiting: Waiting, count: number, userId?: string) {
  const told = vi.fn();
  const followers = Array.from({ length: count }, () => follower(userId));
  for (const one of followers) void waiting.wait(one).then(told);
  return { followers, told };
}

it('tells few at once, and leaves the event loop to others until the next', async () => {
  const waiting = new Waiting();
  const { told } = waitFor(waiting, 12);
  waiting.tell([eventOf('user_1')], BEGINNING);
  expect(told).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toHaveBeenCalledTimes(5);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toHaveBeenCalledTimes(10);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toHaveBeenCalledTimes(12);
  expect(told).toHaveBeenCalledWith(BEGINNING);
  expect(vi.getTimerCount()).toBe(0);
});

it('counts customers and agents, and what comes meanwhile, together', async () => {
  const waiting = new Waiting();
  const agents = waitFor(waiting, 3);
  const customers = waitFor(waiting, 3, 'user_1');
  const others = waitFor(waiting, 1, 'user_2');
  waiting.tell([eventOf('user_1'), eventOf('user_1')], BEGINNING);
  const later = waitFor(waiting, 4);
  waiting.tell([eventOf('user_1')], BEGINNING);
  await vi.advanceTimersByTimeAsync(0);
  expect([agents, customers, later].map(({ told }) => told.mock.calls.length)).toEqual([3, 2, 0]);
  await vi.advanceTimersByTimeAsync(1);
  expect([agents, customers, later].map(({ told }) => told.mock.calls.length)).toEqual([3, 3, 4]);
  expect(others.told).not.toHaveBeenCalled();
});

it('tells whoever has ended at once, and of nothing', async () => {
  const waiting = new Waiting();
  const { followers, told } = waitFor(waiting, 1);
  for (const one of followers) waiting.end(one);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toHaveBeenCalledExactlyOnceWith(undefined);
});
