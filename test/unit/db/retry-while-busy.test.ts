import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { expect, it } from 'vitest';
import { retryWhileBusy } from '../../../src/db/sqlite/retry-while-busy.js';

/** As better-sqlite3 throws it, and as Prisma's adapter passes it on. */
const BUSY = [
  Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' }),
  Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY_RECOVERY' }),
  new DriverAdapterError({ kind: 'SocketTimeout', originalCode: 'SQLITE_BUSY', originalMessage: 'locked' }),
];

it.each(BUSY)('tries again until it works: %s', async (busy) => {
  let attempts = 0;
  const answer = await retryWhileBusy(() => {
    attempts += 1;
    if (attempts < 4) throw busy;
    return 'done';
  }, 60_000);
  expect([answer, attempts]).toEqual(['done', 4]);
});

it('rejects with the last error when the time is over', async () => {
  let attempts = 0;
  const attempt = retryWhileBusy(async () => {
    attempts += 1;
    throw Object.assign(new Error(`attempt ${attempts}`), { code: 'SQLITE_BUSY' });
  }, 500);
  const error = await attempt.catch((reason: Error) => reason);
  expect(attempts).toBeGreaterThan(1);
  expect(error).toMatchObject({ message: `attempt ${attempts}` });
});

it.each([
  Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' }),
  new DriverAdapterError({ kind: 'TransactionAlreadyClosed', cause: 'it is over' }),
  new Error('a defect'),
])('does not try again on anything else: %s', async (failure) => {
  let attempts = 0;
  const attempt = retryWhileBusy(() => {
    attempts += 1;
    throw failure;
  }, 60_000);
  await expect(attempt).rejects.toBe(failure);
  expect(attempts).toBe(1);
});
