import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeCursor } from '../../src/schema/cursor.js';
import { startApp, type TestApp } from '../support/app.js';
import { randomness } from '../support/randomness.js';
import { send } from '../support/send.js';
import { agentToken } from '../support/tokens.js';

let servers: TestApp[];
beforeAll(async () => {
  servers = await Promise.all((['sqlite', 'postgresql'] as const).map((engine) => startApp({ engine })));
});
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});

const two = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));
const fraction = fc.constantFrom('', '.0', '.000', '.5', '.999', '.9999', '.123456789');
const zone = fc.oneof(
  fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+23:59', '-23:59', '+24:00', '+0100', ' 01:00', ''),
  fc.tuple(fc.constantFrom('+', '-'), two(23), two(59)).map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
);
/** Those that are hard to get right: at both ends of what there is, and a little beyond them. */
const year = fc.oneof(
  fc.constantFrom('0000', '0001', '9998', '9999', '1969', '1970', '10000', '+010000', '-000001', '12026'),
  two(99).map((rest) => `20${rest}`),
);
const written = fc
  .tuple(year, two(13), two(32), fc.constantFrom('T', 't', ' '), two(24), two(60), two(60), fraction, zone)
  .map(([y, m, d, t, h, min, s, f, z]) => `${y}-${m}-${d}${t}${h}:${min}:${s}${f}${z}`);
const stored = fc
  .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('+010000-01-02T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const time = fc.oneof(
  { weight: 2, arbitrary: written },
  stored,
  fc.constantFrom('9999-12-31T24:00:00.000Z', '2026-02-30T00:00:00.000Z', '2016-12-31T23:59:60Z', 'infinity', 'now'),
);
const number = fc.oneof(
  fc.maxSafeNat(),
  fc.double(),
  fc.constantFrom(0, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e300, Number.NaN),
);

const TICKET = 'ticket_01936b2e-7c1f-7abc-8def-0123456789ab';
const SORTS = ['waiting', 'priority', 'updated', 'created'];
const query = (values: Record<string, string>) => new URLSearchParams(values).toString();
const after = (place: readonly unknown[]) => query({ after: encodeCursor(place) });

/** All that a cursor of the queue could have, but for its time. */
const place = fc
  .constantFrom(...SORTS)
  .chain((sort) => fc.tuple(fc.constant(sort), sort === 'priority' ? fc.integer({ min: 1, max: 4 }) : fc.constant(0)));

const later = (time: string, days: number) => new Date(Date.parse(time) + days * 86_400_000).toISOString();

const PATHS: Record<string, fc.Arbitrary<string>> = {
  'time of a filter': fc
    .tuple(fc.constantFrom('createdFrom', 'createdTo', 'updatedFrom', 'updatedTo'), time)
    .map(([name, value]) => `/desk/tickets?${query({ [name]: value })}`),
  'period of figures': fc
    .oneof(
      fc.tuple(time, time),
      fc.tuple(stored, fc.integer({ min: 0, max: 367 })).map(([from, days]) => [from, later(from, days)]),
    )
    .map(([from = '', to = '']) => `/desk/figures?${query({ from, to })}`),
  'period of figures over time': fc
    .tuple(stored, fc.integer({ min: 0, max: 367 }), fc.constantFrom('day', 'week', 'month'))
    .map(([from, days, every]) => `/desk/figures/series?${query({ from, to: later(from, days), every })}`),
  'time in a cursor': fc
    .tuple(place, time)
    .map(([[sort, rank], at]) => `/desk/tickets?${query({ sort, after: encodeCursor([sort, rank, at, TICKET]) })}`),
  'number in a cursor or a query': fc.oneof(
    fc.tuple(number, number).map((numbers) => `/desk/events?${after(numbers)}`),
    number.map((serial) => `/desk/tickets/${TICKET}/events?${after([serial])}`),
    number.map((skip) => `/desk/search?q=a&${after([skip])}`),
    number.map(
      (rank) => `/desk/tickets?sort=priority&${after(['priority', rank, '2026-01-01T00:00:00.000Z', TICKET])}`,
    ),
    number.map((within) => `/desk/sla/breaches?${query({ within: String(within) })}`),
    number.map((page) => `/support/tickets?${query({ page: String(page) })}`),
  ),
};

// A cursor made by hand with 9999-12-31T24:00:00.000Z was a 500 on PostgreSQL.
it.each(Object.entries(PATHS))('any %s is taken, or refused, by both engines alike', async (what, path) => {
  const token = agentToken();
  const property = fc.asyncProperty(path, async (one) => {
    const answers = await Promise.all(servers.map(({ url }) => send(url + one, { token })));
    const [first, second] = answers.map(({ status, body }) => ({ status, body }));
    expect(first?.status).toBeLessThan(500);
    expect(first).toEqual(second);
  });
  await fc.assert(property, randomness(what, 150));
});
