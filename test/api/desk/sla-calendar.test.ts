import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { WEEKDAYS } from '../../../src/sla/calendar-schemas.js';
import { countWork } from '../../../src/sla/count-work.js';
import type { SlaBreach } from '../../../src/sla/schemas.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { ticketRow } from '../../support/open-database.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser, pathsOf } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

/** A Tuesday. */
const NOW = Date.parse('2026-11-24T12:00:00Z');
const ALWAYS = {
  timeZone: 'UTC',
  weeklyHours: WEEKDAYS.map((day) => ({ day, opens: '00:00', closes: '24:00' })),
  holidays: [],
};
const OFFICE = {
  timeZone: 'Europe/Berlin',
  weeklyHours: WEEKDAYS.slice(0, 5).map((day) => ({ day, opens: '09:00', closes: '17:00' })),
  holidays: [{ date: '2026-11-20', name: 'Founder’s Day' }],
};
const TARGETS = [
  { priority: 'Critical', firstResponseMinutes: 60, resolutionMinutes: 480 },
  { priority: 'High', firstResponseMinutes: 240, resolutionMinutes: 480 },
  { priority: 'Medium', firstResponseMinutes: 480, resolutionMinutes: 960 },
  { priority: 'Low', firstResponseMinutes: 480, resolutionMinutes: 0 },
];

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock: new TestClock(NOW) });
});
afterAll(() => server[Symbol.asyncDispose]());

async function opened(at: string, over: object = {}): Promise<string> {
  const ticketId = newId('ticket');
  const createdAt = new Date(at);
  const data = { ...ticketRow(ticketId), createdAt, updatedAt: createdAt, ...over };
  await server.db.transaction((tx) => tx.ticket.create({ data }));
  return ticketId;
}

describe.each(CALLS)('business hours over %s', (_surface, open) => {
  let admin: Call;
  let agent: Call;
  beforeAll(() => {
    admin = open(server.url, adminToken());
    agent = open(server.url, agentToken());
  });
  beforeEach(async () => {
    await server.db.transaction((tx) => tx.ticket.deleteMany());
    for (const target of TARGETS) dataOf(await admin('desk.sla.setTarget', target));
    dataOf(await admin('desk.sla.setCalendar', ALWAYS));
  });
  const set = async (calendar: object) => dataOf(await admin('desk.sla.setCalendar', { ...calendar }));
  const ticket = async (ticketId: string) => dataOf(await agent('desk.tickets.get', { ticketId }));
  const queued = async () => dataOf(await agent('desk.tickets.list', { sort: 'created', limit: 100 })).tickets;
  const breaches = async (input: object = {}): Promise<SlaBreach[]> =>
    dataOf(await agent('desk.sla.breaches', { within: 0, limit: 100, ...input }));

  it('are all hours until an admin says otherwise, who may take that back', async () => {
    expect(dataOf(await agent('desk.sla.calendar'))).toEqual(ALWAYS);
    const ticketId = await opened('2026-11-22T12:00:00Z');
    expect(await ticket(ticketId)).toMatchObject({ firstResponseDueAt: '2026-11-22T20:00:00.000Z' });
    expect(await set(OFFICE)).toEqual(OFFICE);
    expect(dataOf(await agent('desk.sla.calendar'))).toEqual(OFFICE);
    expect(await ticket(ticketId)).toMatchObject({ firstResponseDueAt: '2026-11-23T16:00:00.000Z' });
    // What a GET gives is good as input.
    await set(ALWAYS);
    expect(await ticket(ticketId)).toMatchObject({ firstResponseDueAt: '2026-11-22T20:00:00.000Z' });
  });

  it('make due times, of a ticket as in the queue and the breaches', async () => {
    await set(OFFICE);
    // Thursday afternoon; Friday is a holiday.
    const thursday = await opened('2026-11-19T15:30:00Z', { priority: 'Critical' });
    const sunday = await opened('2026-11-22T03:00:00Z', { priority: 'Critical' });
    const due = {
      [thursday]: { firstResponseDueAt: '2026-11-23T08:30:00.000Z', resolutionDueAt: '2026-11-23T15:30:00.000Z' },
      [sunday]: { firstResponseDueAt: '2026-11-23T09:00:00.000Z', resolutionDueAt: '2026-11-23T16:00:00.000Z' },
    };
    const rows = await queued();
    for (const [ticketId, times] of Object.entries(due)) {
      expect(await ticket(ticketId)).toMatchObject(times);
      expect(rows).toContainEqual(expect.objectContaining({ ticketId, ...times }));
    }
    expect((await breaches()).map(({ ticketId, target, dueAt }) => [ticketId, target, dueAt])).toEqual([
      [thursday, 'firstResponse', due[thursday]?.firstResponseDueAt],
      [sunday, 'firstResponse', due[sunday]?.firstResponseDueAt],
      [thursday, 'resolution', due[thursday]?.resolutionDueAt],
      [sunday, 'resolution', due[sunday]?.resolutionDueAt],
    ]);
    const scope = { db: server.db.reader, clock: new TestClock(NOW) };
    expect(await countWork(scope)).toMatchObject({ open: 2, breached: 4 });
  });

  it('hold at once for tickets that are open, as new targets do; what is Resolved is due no more', async () => {
    const ticketId = await opened('2026-11-23T15:30:00Z', { priority: 'Critical' });
    const resolved = await opened('2026-11-23T15:30:00Z', { status: 'Resolved', resolvedAt: new Date(NOW) });
    expect(await breaches()).toHaveLength(2);
    await set(OFFICE);
    expect(await breaches()).toMatchObject([{ ticketId, dueAt: '2026-11-24T08:30:00.000Z', breached: true }]);
    await set({ ...OFFICE, holidays: [{ date: '2026-11-24', name: 'Holiday' }] });
    expect(await breaches()).toEqual([]);
    expect(await breaches({ within: 1440 })).toMatchObject([{ dueAt: '2026-11-25T08:30:00.000Z', breached: false }]);
    await admin('desk.sla.setTarget', { priority: 'Critical', firstResponseMinutes: 30, resolutionMinutes: 31 });
    expect(await breaches()).toMatchObject([{ ticketId, dueAt: '2026-11-23T16:00:00.000Z' }]);
    expect(await ticket(resolved)).toMatchObject({ firstResponseDueAt: null, resolutionDueAt: null });
  });

  it('are breached at the very moment when something is due, and not before the hours begin again', async () => {
    await set(OFFICE);
    const ticketId = await opened('2026-11-23T16:00:00Z', { priority: 'Critical' });
    expect(await ticket(ticketId)).toMatchObject({ firstResponseDueAt: '2026-11-24T09:00:00.000Z' });
    const clock = (at: string) => ({ db: server.db.reader, clock: new TestClock(Date.parse(at)) });
    expect(await countWork(clock('2026-11-24T08:59:59.999Z'))).toMatchObject({ breached: 0 });
    expect(await countWork(clock('2026-11-24T09:00:00.000Z'))).toMatchObject({ breached: 1 });
  });

  it('put breaches of all priorities into one order, page by page', async () => {
    await set(OFFICE);
    // In and out of the hours, over a month: many are due at once, as they were opened at night.
    for (let n = 0; n < 60; n += 1) {
      const at = new Date(NOW - ((n * 7919) % 720) * 3_600_000).toISOString();
      const priority = TARGETS[n % 4]?.priority;
      const state = n % 5 === 0 ? { status: 'In Progress', firstResponseAt: new Date(NOW) } : {};
      await opened(at, { priority, ...state });
    }
    interface Queued {
      ticketId: string;
      createdAt: string;
      firstResponseDueAt: string | null;
      resolutionDueAt: string | null;
    }
    const expected = ((await queued()) as Queued[])
      .flatMap(({ ticketId, createdAt, ...due }) => [
        { ticketId, createdAt, target: 'firstResponse', dueAt: due.firstResponseDueAt },
        { ticketId, createdAt, target: 'resolution', dueAt: due.resolutionDueAt },
      ])
      .filter(({ dueAt }) => dueAt !== null && Date.parse(dueAt) <= NOW)
      .map((one) => [one.dueAt, one.createdAt, one.ticketId, one.target].join(' '))
      .sort();
    const created = new Map(((await queued()) as Queued[]).map((one) => [one.ticketId, one.createdAt]));
    const walked: string[] = [];
    for (let page = 1; walked.length < expected.length; page += 1) {
      const outcome = await agent('desk.sla.breaches', { within: 0, page, limit: 7 });
      expect(outcome.headers.get('x-total-count')).toBe(String(expected.length));
      const rows: SlaBreach[] = dataOf(outcome);
      expect(rows).not.toEqual([]);
      walked.push(...rows.map((one) => [one.dueAt, created.get(one.ticketId), one.ticketId, one.target].join(' ')));
    }
    expect(expected.length).toBeGreaterThan(60);
    expect(new Set(expected.map((one) => one.split(' ')[0])).size).toBeLessThan(expected.length / 2);
    expect(walked).toEqual(expected);
  });

  const hours = (opens: string, closes: string, day = 'Monday') => ({ day, opens, closes });
  it.each([
    ['no hours', { weeklyHours: [] }, ['weeklyHours']],
    ['too few', { weeklyHours: [hours('09:00', '09:59')] }, ['weeklyHours']],
    [
      'hours that end before they begin',
      { weeklyHours: [hours('09:00', '12:00'), hours('22:00', '06:00'), hours('13:00', '13:00')] },
      ['weeklyHours.1.closes', 'weeklyHours.2.closes'],
    ],
    ['hours that overlap', { weeklyHours: [hours('09:00', '12:00'), hours('11:59', '13:00')] }, ['weeklyHours.1']],
    [
      'times that there are not',
      { weeklyHours: [hours('9:00', '12:00'), hours('24:00', '24:01'), hours('09:00', '17:00', 'Caturday')] },
      ['weeklyHours.0.opens', 'weeklyHours.1.closes', 'weeklyHours.1.opens', 'weeklyHours.2.day'],
    ],
    [
      'days that there are not, or twice',
      {
        holidays: ['2026-02-29', '2026-1-1', '2026-12-25'].map((date) => ({ date, name: 'x' })),
      },
      ['holidays.0.date', 'holidays.1.date'],
    ],
    [
      'a day twice',
      { holidays: ['2026-12-25', '2026-12-25'].map((date) => ({ date, name: 'x' })) },
      ['holidays.1.date'],
    ],
    ['a nameless day', { holidays: [{ date: '2026-12-25', name: ' ' }] }, ['holidays.0.name']],
    ['a zone that there is not', { timeZone: 'Europe/Atlantis' }, ['timeZone']],
    ['an offset for a zone', { timeZone: '+01:00' }, ['timeZone']],
    ['more than can be', { weeklyHours: Array(29).fill(hours('09:00', '10:00')) }, ['weeklyHours']],
  ])('refuse %s', async (_what, over, paths) => {
    const outcome = await admin('desk.sla.setCalendar', { ...OFFICE, ...over });
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)?.sort()).toEqual(paths);
    expect(dataOf(await agent('desk.sla.calendar'))).toEqual(ALWAYS);
  });

  it('are set by admins, seen by agents, and none of a customer’s business', async () => {
    expect(await agent('desk.sla.setCalendar', OFFICE)).toMatchObject({ status: 403 });
    const customer = open(server.url, customerToken(newUser()));
    for (const [procedure, sent] of [
      ['desk.sla.setCalendar', OFFICE],
      ['desk.sla.calendar', {}],
    ] as const) {
      expect(await customer(procedure, { ...sent })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)(procedure, { ...sent })).toMatchObject({ status: 401 });
    }
    expect(dataOf(await agent('desk.sla.calendar'))).toEqual(ALWAYS);
  });
});

it('business hours make the due times of what is found, too', async () => {
  const [[, open]] = CALLS as [(typeof CALLS)[number]];
  const admin = open(server.url, adminToken());
  for (const target of TARGETS) dataOf(await admin('desk.sla.setTarget', target));
  dataOf(await admin('desk.sla.setCalendar', { ...OFFICE, timeZone: 'America/New_York' }));
  const customer = open(server.url, customerToken(newUser()));
  const sent = { subject: 'Zwölf Boxkämpfer', description: 'd', categoryId: 'category_001', priority: 'Critical' };
  const { ticketId } = dataOf(await customer('support.tickets.create', sent));
  const { hits } = dataOf(await open(server.url, agentToken())('desk.search.tickets', { q: 'Boxkämpfer' }));
  // It is 07:00 there.
  expect(hits).toMatchObject([{ ticket: { ticketId, firstResponseDueAt: '2026-11-24T15:00:00.000Z' } }]);
});
