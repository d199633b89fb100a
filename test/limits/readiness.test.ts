import { afterEach, expect, it, vi } from 'vitest';
import type { DatabaseHandle } from '../../src/db/handle.js';
import { startApp } from '../support/app.js';

afterEach(() => void vi.restoreAllMocks());

/** Counts how often the database is asked; it really is. */
const watchPing = (db: DatabaseHandle) => vi.spyOn(db, 'ping');

it('asks the database once for all who ask within half a second', async () => {
  await using server = await startApp();
  const ping = watchPing(server.db);
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const ask = async () => (await fetch(`${server.url}/health/ready`)).status;
  expect(await Promise.all(Array.from({ length: 300 }, ask))).toEqual(Array(300).fill(200));
  expect(ping).toHaveBeenCalledTimes(1);
  now += 499;
  expect([await ask(), ping.mock.calls.length]).toEqual([200, 1]);
  now += 1;
  expect([await ask(), ping.mock.calls.length]).toEqual([200, 2]);
});

it('shares a failure too, and finds out when it is over', async () => {
  await using server = await startApp();
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const ping = watchPing(server.db).mockRejectedValueOnce(new Error('away'));
  const ask = async () => (await fetch(`${server.url}/health/ready`)).status;
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([503, 503, 503]);
  expect(ping).toHaveBeenCalledTimes(1);
  now += 500;
  expect(await ask()).toBe(200);
});
