import { expect, it } from 'vitest';
import { EVENT_TYPES } from '../../../src/events/event-types.js';
import { autoClose } from '../../../src/jobs/auto-close.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { PNG, upload } from '../../support/files.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, NEW_TICKET } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const [[, openCall]] = CALLS as [(typeof CALLS)[0]];

interface Instance extends TestApp {
  customer: Call;
  agent: Call;
}

/** Every kind of event, more than once, and each in another one's place: by what answers with a time of it, where it does. */
const WRITES: [procedure: string, who: 'customer' | 'agent', input?: object, time?: string][] = [
  ['desk.notes.add', 'agent', { content: 'n' }, 'timestamp'],
  ['desk.tickets.take', 'agent', {}, 'updatedAt'],
  ['desk.tags.change', 'agent', { add: ['one'] }],
  ['desk.tickets.unassign', 'agent', {}, 'updatedAt'],
  ['desk.notes.add', 'agent', { content: 'n' }, 'timestamp'],
  ['support.messages.add', 'customer', { message: 'm' }, 'timestamp'],
  ['desk.tags.change', 'agent', { remove: ['one'] }],
  ['desk.messages.reply', 'agent', { message: 'm' }, 'timestamp'],
  ['desk.notes.add', 'agent', { content: 'n' }, 'timestamp'],
  ['desk.tickets.update', 'agent', { priority: 'High' }, 'updatedAt'],
  ['desk.tags.change', 'agent', { add: ['two'] }],
  ['desk.tickets.resolve', 'agent', { resolution: 'r' }, 'updatedAt'],
  ['desk.notes.add', 'agent', { content: 'n' }, 'timestamp'],
  ['support.messages.add', 'customer', { message: 'reopens' }, 'timestamp'],
  ['desk.notes.add', 'agent', { content: 'n' }, 'timestamp'],
  ['desk.tickets.resolve', 'agent', {}, 'updatedAt'],
  ['support.tickets.rate', 'customer', { score: 5 }, 'ratedAt'],
  ['desk.tickets.update', 'agent', { status: 'In Progress' }, 'updatedAt'],
  ['desk.tickets.resolve', 'agent', {}, 'updatedAt'],
  ['desk.notes.add', 'agent', { content: 'n' }, 'timestamp'],
];

async function close(how: 'customer' | 'job', ticketId: string, instance: Instance, clock: TestClock) {
  if (how === 'customer') return dataOf(await instance.customer('support.tickets.close', { ticketId })).closedAt;
  // It goes by the clock whether it is time; when that was is later than all before.
  const job = autoClose({ db: instance.db, clock: { now: () => new Date(clock.now().getTime() + 5 * DAY) }, days: 1 });
  expect(await job.run(new AbortController().signal)).toBe(1);
}

async function history(agent: Call, ticketId: string): Promise<{ type: string; timestamp: string }[]> {
  return dataOf(await agent('desk.tickets.events', { ticketId, limit: 100 })).events;
}

/** Does all of it, and before each, `turn` says which instance does it. */
async function write(turn: () => Instance, how: 'customer' | 'job', clock: TestClock) {
  const created = dataOf(await turn().customer('support.tickets.create', NEW_TICKET));
  const { ticketId } = created;
  const answered: string[] = [created.createdAt];
  const { fileId } = dataOf(await upload(turn().url, customerToken(), PNG));
  const message = { ticketId, message: 'with a file', attachments: [fileId] };
  answered.push(dataOf(await turn().customer('support.messages.add', message)).timestamp);
  dataOf(await turn().customer('support.files.delete', { fileId }));
  for (const [procedure, who, input, time] of WRITES) {
    const answer = dataOf(await turn()[who](procedure, { ticketId, ...input }));
    if (time !== undefined) answered.push(answer[time]);
  }
  const closedAt = await close(how, ticketId, turn(), clock);
  if (closedAt !== undefined) answered.push(closedAt);
  answered.push(dataOf(await turn().agent('desk.notes.add', { ticketId, content: 'after the close' })).timestamp);
  return { ticketId, answered };
}

async function expectInOrder(agent: Call, { ticketId, answered }: { ticketId: string; answered: string[] }) {
  const events = await history(agent, ticketId);
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
  for (const [index, { type, timestamp }] of events.entries()) {
    const before = events[index - 1];
    if (before === undefined) continue;
    // A message that reopens is two events of one moment.
    if (type === 'ticket.reopened' && before.type === 'message.added') expect(timestamp).toBe(before.timestamp);
    else expect(timestamp > before.timestamp, `${type} after ${before.type}`).toBe(true);
  }
  const times = events.map(({ timestamp }) => timestamp);
  expect(answered.filter((time) => !times.includes(time))).toEqual([]);
  expect(answered).toEqual([...answered].sort());
}

const instanceOf = (app: TestApp): Instance =>
  Object.assign(app, {
    customer: openCall(app.url, customerToken()),
    agent: openCall(app.url, agentToken()),
  });

it.each(['customer', 'job'] as const)(
  'no event is earlier than the one before it, on a clock that is set back (closed by the %s)',
  async (how) => {
    const clock = new TestClock();
    await using app = await startApp({ clock });
    const instance = instanceOf(app);
    const turn = () => {
      clock.advance(-HOUR);
      return instance;
    };
    await expectInOrder(instance.agent, await write(turn, how, clock));
  },
);

it.each([0, 1])('nor where two instances with clocks that differ take turns (beginning with %i)', async (first) => {
  const clock = new TestClock();
  await using ahead = await startApp({ clock });
  await using behind = await startApp({
    env: { DATABASE_URL: ahead.databaseUrl },
    clock: { now: () => new Date(clock.now().getTime() - HOUR) },
  });
  const instances = [instanceOf(ahead), instanceOf(behind)] as const;
  let turns = first;
  const turn = () => {
    turns += 1;
    return instances[turns % 2 === 0 ? 0 : 1];
  };
  await expectInOrder(instances[0].agent, await write(turn, 'customer', clock));
});
