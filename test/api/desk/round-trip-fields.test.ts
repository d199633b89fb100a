import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isUserId } from '../../../src/schema/text.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { randomness } from '../../support/randomness.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

// What a GET gives is good as input and as a filter: every field of the answers that has an input or a filter of its kind.

let server: TestApp;
const clock = new TestClock();
beforeAll(async () => {
  server = await startApp({ clock });
});
afterAll(() => server[Symbol.asyncDispose]());

const letter = fc.oneof(
  fc.constantFrom(
    ' ',
    '\u00a0',
    '\u3000',
    '\ufeff',
    ',',
    '+',
    '%',
    '&',
    '"',
    "'",
    '\\',
    'é',
    'e\u0301',
    'İ',
    '😀',
    '{',
    '*',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);
const written = (maxLength: number) =>
  fc
    .array(letter, { minLength: 1, maxLength })
    .map((letters) => letters.join(''))
    .filter((made) => made.isWellFormed() && !made.includes('\0') && [...made].length <= maxLength);
/** What the `sub` of a token may be; most often somebody new, of whom there is nothing else. */
const userId = fc
  .oneof(
    { weight: 4, arbitrary: fc.tuple(written(8), fc.uuid(), written(8)).map((parts) => parts.join('')) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ' ',
        '\u00a0',
        ' u',
        'u ',
        'null',
        'true',
        '0',
        '__proto__',
        'Me',
        'me ',
        'u'.repeat(255),
      ),
    },
    { weight: 1, arbitrary: written(20) },
  )
  .filter(isUserId);
const text = written(40).filter((made) => /\S/u.test(made));

type Ticket = Record<string, unknown> & { ticketId: string; requester: string };
// biome-ignore lint/suspicious/noExplicitAny: what answers hold is what is looked at
type Data = any;

interface Situation {
  surface: (typeof CALLS)[number];
  requester: string;
  agentId: string;
  subject: string;
  description: string;
  resolution: string;
  comment: string;
  attachments: string[];
  priority: string;
  score: number;
}
const situation: fc.Arbitrary<Situation> = fc.record({
  surface: fc.constantFrom(...CALLS),
  requester: userId,
  agentId: userId,
  subject: text,
  description: text,
  resolution: text,
  comment: text,
  attachments: fc.array(written(20), { maxLength: 3 }),
  priority: fc.constantFrom('Low', 'Medium', 'High', 'Critical'),
  score: fc.integer({ min: 1, max: 5 }),
});

/** Ids with white space at their ends, and of nothing else: a token may have them. */
const EXAMPLES = CALLS.map((surface): [Situation] => [
  {
    surface,
    requester: 'u ',
    agentId: surface[0] === 'REST' ? ' ' : '\u3000a ',
    subject: ' s ',
    description: 'd',
    resolution: ' r ',
    comment: 'c',
    attachments: [' ', 'a,b'],
    priority: 'Low',
    score: 1,
  },
]);

const DAY = 86_400_000;
const after = (time: string) => new Date(Date.parse(time) + 1).toISOString();

/** Walks a list to its end, unless it comes on a ticket before. */
async function finds(call: Call, procedure: string, filter: object, ticketId: string): Promise<boolean> {
  const ofTicket = (item: Data) => item.ticketId === ticketId || item.ticket?.ticketId === ticketId;
  for (let cursor: unknown; ; ) {
    const data = dataOf(await call(procedure, { ...filter, limit: 100, ...(cursor ? { cursor } : {}) }));
    const items: Data[] = data.tickets ?? data.hits ?? data;
    if (items.some(ofTicket)) return true;
    cursor = Array.isArray(data) ? (items.length === 100 ? Number(cursor ?? 1) + 1 : undefined) : data.next;
    if (!cursor) return false;
  }
}

/** Each filter by itself, and all at once. */
async function expectFound(call: Call, procedure: string, filters: Record<string, unknown>, also: object, id: string) {
  const all = Object.entries(filters).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of all) {
    expect(await finds(call, procedure, { ...also, [name]: value }, id), `${procedure} by ${name}`).toBe(true);
  }
  expect(await finds(call, procedure, { ...also, ...Object.fromEntries(all) }, id), `${procedure} by all`).toBe(true);
}

/** The filters that fields of a ticket are good for, whichever answer has them. */
function filtersOf({ status, priority, categoryId, assignedAgent, requester, tags }: Ticket) {
  return {
    status: [status],
    priority: [priority],
    categoryId,
    requester,
    ...(assignedAgent === null ? { unassigned: true } : { assignee: assignedAgent, unassigned: false }),
    tag: (tags as string[] | undefined)?.[0],
  };
}
const timesOf = ({ createdAt, updatedAt }: Ticket) => ({
  createdFrom: createdAt,
  createdTo: after(createdAt as string),
  updatedFrom: updatedAt,
  updatedTo: after(updatedAt as string),
});

async function checkTicket(call: Call, ticketId: string) {
  const { userId: requester, ...shown } = dataOf(await call('desk.tickets.get', { ticketId }));
  const ticket: Ticket = { ...shown, requester };
  const filters = filtersOf(ticket);
  await expectFound(call, 'desk.tickets.list', { ...filters, ...timesOf(ticket) }, {}, ticketId);
  await expectFound(call, 'desk.search.tickets', filters, { q: 'quokka' }, ticketId);
  const queue = dataOf(await call('desk.tickets.list', { requester, limit: 100, sort: 'created' })).tickets;
  const queued = queue.find((one: Data) => one.ticketId === ticketId);
  for (const field of Object.keys(queued)) expect([field, queued[field]]).toEqual([field, ticket[field]]);
  return ticket;
}

/** A second ticket, of what the first one's fields are: each is good as input. */
async function openAlike(call: Call, { requester, assignedAgent, ...ticket }: Ticket) {
  const { subject, description, categoryId, priority, attachments } = ticket;
  const fields = { requester, subject, description, categoryId, priority, attachments };
  const { ticketId } = dataOf(await call('desk.tickets.create', fields));
  dataOf(await call('desk.tickets.assign', { ticketId, agentId: assignedAgent }));
  const third = dataOf(await call('desk.tickets.create', fields)).ticketId;
  const bulk = await call('desk.tickets.bulk', { ticketIds: [third], change: { assignedAgent, priority, categoryId } });
  expect(dataOf(bulk)).toMatchObject([{ ok: true }]);
  dataOf(await call('desk.tags.change', { ticketId, add: ticket.tags }));
  const note = (ticket.notes as Data[])[0];
  dataOf(await call('desk.notes.add', { ticketId, content: note.content, attachments: note.attachments }));
  const message = (ticket.messages as Data[])[0];
  dataOf(await call('desk.messages.reply', { ticketId, message: message.content, attachments: message.attachments }));
  const alike = dataOf(await call('desk.tickets.get', { ticketId }));
  expect(alike).toMatchObject({
    ...{ userId: requester, subject, description, categoryId, priority, attachments },
    ...{ assignedAgent, tags: ticket.tags },
  });
  const { version, status } = alike;
  const same = { priority, categoryId, version, status };
  expect(dataOf(await call('desk.tickets.update', { ticketId, ...same }))).toMatchObject(same);
  return ticketId as string;
}

async function checkBreaches(call: Call, ticketId: string) {
  // Whatever is open is overdue.
  clock.advance(10 * DAY);
  const breaches: Data[] = dataOf(await call('desk.sla.breaches', { within: 0, limit: 100 }));
  const [first] = breaches;
  const filters = { priority: [first.priority], assignee: first.assignedAgent ?? undefined };
  await expectFound(call, 'desk.sla.breaches', filters, {}, first.ticketId);
  const { assignedAgent, priority, categoryId } = dataOf(await call('desk.tickets.get', { ticketId }));
  const all = { priority: [priority], assignee: assignedAgent, categoryId };
  await expectFound(call, 'desk.sla.breaches', all, {}, ticketId);
}

async function checkRating(call: Call, ticket: Ticket, given: Situation) {
  const { ticketId } = ticket;
  const rating = dataOf(await call('desk.ratings.get', { ticketId }));
  expect(rating).toMatchObject({ ticketId, score: given.score, comment: given.comment });
  const { ratedAt, score } = rating;
  const times = { ratedFrom: ratedAt, ratedTo: after(ratedAt) };
  const listed: Data[] = dataOf(await call('desk.ratings.list', times));
  const { agent, categoryId, requester } = listed.find((one) => one.ticketId === ticketId);
  await expectFound(call, 'desk.ratings.list', { ...times, score: [score], agent, categoryId }, {}, ticketId);
  expect(await finds(call, 'desk.tickets.list', { requester }, ticketId)).toBe(true);
  const figures = dataOf(await call('desk.figures.get', { from: ratedAt, to: after(ratedAt) }));
  expect(dataOf(await call('desk.figures.get', { from: figures.from, to: figures.to }))).toEqual(figures);
  for (const one of figures.agents) {
    expect(await finds(call, 'desk.ratings.list', { agent: one.agent, ...times }, ticketId)).toBe(one.agent === agent);
  }
}

async function checkEvents(call: Call, ticket: Ticket) {
  const { ticketId } = ticket;
  let after: string | undefined;
  const seen: Data[] = [];
  for (let more = true; more; ) {
    const page = dataOf(await call('desk.tickets.events', { ticketId, limit: 3, ...(after && { after }) }));
    seen.push(...page.events);
    more = page.events.length > 0;
    after = page.next;
  }
  const whole = dataOf(await call('desk.tickets.events', { ticketId, limit: 100 })).events;
  expect(seen).toEqual(whole);
  for (const { actor, ticketId: of } of whole) {
    for (const filter of [{ requester: actor }, { assignee: actor }]) {
      const found = await finds(call, 'desk.tickets.list', filter, of);
      expect(found).toBe(Object.values(filter)[0] === (filter.requester ? ticket.requester : ticket.assignedAgent));
    }
  }
}

it('fields of tickets, hits, events, breaches, ratings and figures', async () => {
  await fc.assert(
    fc.asyncProperty(situation, async (given) => {
      const [, open] = given.surface;
      const { requester, agentId, subject, description, resolution, comment, attachments, priority, score } = given;
      fc.pre(requester !== agentId);
      const customer = open(server.url, customerToken(requester, { exp: undefined }));
      const agent = open(server.url, agentToken(agentId, { exp: undefined }));
      const other = open(server.url, adminToken('admin_1', { exp: undefined }));

      const fields = {
        subject,
        description: `${description} quokka`,
        categoryId: 'category_001',
        priority,
        attachments,
      };
      const { ticketId } = dataOf(await customer('support.tickets.create', fields));
      dataOf(await agent('desk.tickets.take', { ticketId }));
      dataOf(await agent('desk.tags.change', { ticketId, add: ['one'] }));
      dataOf(await agent('desk.notes.add', { ticketId, content: description, attachments }));
      dataOf(await agent('desk.messages.reply', { ticketId, message: subject, attachments }));

      const open1 = await checkTicket(other, ticketId);
      const alike = await openAlike(other, open1);
      await checkTicket(other, alike);
      await checkBreaches(other, ticketId);

      dataOf(await agent('desk.tickets.resolve', { ticketId, resolution }));
      dataOf(await customer('support.tickets.rate', { ticketId, score, comment }));
      const resolved = await checkTicket(other, ticketId);
      dataOf(await other('desk.tickets.resolve', { ticketId: alike, resolution: resolved.resolution }));
      const again = dataOf(await other('desk.tickets.get', { ticketId: alike }));
      expect(again.resolution).toBe(resolved.resolution);
      await checkRating(other, resolved, given);
      await checkEvents(other, resolved);
    }),
    { ...randomness('fields', 12), examples: EXAMPLES },
  );
}, 300_000);
