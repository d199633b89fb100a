import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { removeExpired } from '../../../src/idempotency/expiry.js';
import type { Clock } from '../../../src/schema/clock.js';
import { startApp } from '../../support/app.js';
import { holdRow } from '../../support/hold-row.js';
import { newKey, recordsOf, withKey } from '../../support/idempotency.js';
import { newTestDatabase, type OpenTestDatabase } from '../../support/open-database.js';
import { explain, recordStatements } from '../../support/statements.js';
import { openRest } from '../../support/surfaces.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, NEW_TICKET, newUser } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

it('a key is kept for 24 hours to the millisecond, and then it is free, even before anything is removed', async () => {
  const clock = new TestClock();
  await using server = await startApp({ clock });
  const userId = newUser();
  const surface = withKey(openRest, server.url, customerToken(userId, { exp: undefined }), newKey());
  const { ticketId } = dataOf(await surface.create(NEW_TICKET));
  clock.advance(DAY_MS - 1);
  expect(dataOf(await surface.create(NEW_TICKET)).ticketId).toBe(ticketId);
  clock.advance(1);
  const other = { ...NEW_TICKET, subject: 'Another subject' };
  const outcomes = await Promise.all([surface.create(other), surface.create(other)]);
  const [one, two] = outcomes.map((outcome) => dataOf(outcome).ticketId);
  expect(one).toBe(two);
  expect(one).not.toBe(ticketId);
  // It is kept for 24 hours from then on.
  expect(await recordsOf(server.db, userId)).toMatchObject([{ createdAt: clock.now() }]);
  clock.advance(DAY_MS - 1);
  expect(dataOf(await surface.create(other)).ticketId).toBe(one);
});

describe('removal', () => {
  const NOW = new Date('2026-01-22T16:30:00.123Z');
  const clock: Clock = { now: () => NOW };
  let database: OpenTestDatabase;
  beforeEach(async () => {
    database = await newTestDatabase();
  });
  afterEach(() => database[Symbol.asyncDispose]());

  const put = async (userId: string, count: number, ageMs: number) => {
    const createdAt = new Date(NOW.getTime() - ageMs);
    const rows = Array.from({ length: count }, () => ({ userId, key: newKey(), fingerprint: 'f', createdAt }));
    await database.db.transaction((tx) => tx.idempotencyRecord.createMany({ data: rows }));
  };
  const left = async () => {
    const groups = await database.db.reader.idempotencyRecord.groupBy({ by: ['userId'], _count: true });
    return Object.fromEntries(groups.map(({ userId, _count }) => [userId, _count]));
  };
  const running = new AbortController().signal;
  const remove = (signal = running) => removeExpired({ db: database.db, clock }, signal);

  it('takes what is 24 hours old, and nothing younger, and says how many', async () => {
    await put('old', 3, DAY_MS);
    await put('older', 2, 30 * DAY_MS);
    await put('young', 4, DAY_MS - 1);
    expect(await remove()).toBe(5);
    expect(await left()).toEqual({ young: 4 });
    expect(await remove()).toBe(0);
  });

  it('takes many in bounded batches, though all are of one millisecond', async () => {
    await put('old', 1234, 2 * DAY_MS);
    await put('young', 700, HOUR_MS);
    using recording = recordStatements(inject('engine'));
    expect(await remove()).toBe(1234);
    expect(await left()).toEqual({ young: 700 });
    const deletes = recording.statements.filter(({ sql }) => /delete from/i.test(sql));
    expect(deletes).toHaveLength(3);
    // PostgreSQL rightly reads a table as small as this one from end to end.
    if (inject('engine') === 'postgresql') return;
    const plan = await explain(database.url, deletes[0] as (typeof deletes)[0]);
    expect(plan).toMatch(/idempotency_records_created_at_idx/);
  });

  it('begins no batch any more once it is to end', async () => {
    await put('old', 2, DAY_MS);
    expect(await remove(AbortSignal.abort())).toBe(0);
    expect(await left()).toEqual({ old: 2 });
  });

  it('by several at once does no harm', async () => {
    await put('old', 1700, DAY_MS);
    await put('young', 1, 0);
    const removed = await Promise.all([remove(), remove(), remove()]);
    // Who found less than a whole batch, as another was faster, leaves the rest for the next time.
    expect(await remove()).toBe(1700 - removed.reduce((sum, one) => sum + one, 0));
    expect(await left()).toEqual({ young: 1 });
  });

  // On SQLite there is one writer at a time: nothing comes between.
  it.runIf(inject('engine') === 'postgresql')(
    'leaves a key that is being claimed anew, and does not wait for it',
    async () => {
      await put('old', 1, DAY_MS);
      const held = await holdRow(database.url, `UPDATE idempotency_records SET created_at = '${NOW.toISOString()}'`);
      await put('old', 1, DAY_MS);
      expect(await remove()).toBe(1);
      await held.commit();
      expect(await recordsOf(database.db, 'old')).toMatchObject([{ createdAt: NOW }]);
    },
  );
});
