import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/db/handle.js';
import { createTestDatabase } from '../support/databases.js';
import { Customer } from '../support/desk-customer.js';
import { type Admin, type Agent, Refusal, restAdmin, restAgent, restApi, typedAgent } from '../support/desk-team.js';
import { freePort } from '../support/free-port.js';
import { type PackedClient, unpackClient } from '../support/packed-client.js';
import { rawRows } from '../support/raw-rows.js';
import { startServer } from '../support/start-server.js';
import { adminToken, agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

/** Everybody of one day, and what it is about. */
interface Day {
  readonly alice: Customer;
  readonly bob: Customer;
  readonly nora: Agent;
  readonly omar: Agent;
  readonly ada: Admin;
  readonly databaseUrl: string;
}

const LOANS = 'category_002';
const PAYMENTS = 'category_001';
const NOTE = 'She sounds like the stolen-cards case of Monday';

let client: PackedClient & Disposable;
beforeAll(async () => {
  client = await unpackClient();
});
afterAll(() => client[Symbol.dispose]());

it.each(['sqlite', 'postgresql'] satisfies Engine[])('a day at the desk, on %s', async (engine) => {
  await using database = await createTestDatabase(engine);
  const port = await freePort();
  const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET, PORT: String(port) };
  const day = everybody(`http://127.0.0.1:${port}`, database.url);
  const { alice, bob } = day;

  const server = await startServer({ env });
  const { cards, greeting } = await theAdminPreparesTheDesk(day);
  await twoCustomersWrite(day, cards);
  await hoursPass(day);
  await theDeskLooksAtItsQueue(day);
  await whatIsOverdueIsSeen(day);
  const [first, second] = await bothAgentsTakeTheSameTicket(day);
  await aNoteStaysAtTheDesk(day, first, second);
  await aSavedReplyIsLookedOverAndSent(day, first, greeting);
  await theCustomerAnswers(day, first);
  await theTicketIsHandedOver(day, first, second);
  await theTicketIsTagged(day, second);
  await bothAgentsChangeItAtOnce(day, first, second);
  await manyAreChangedAtOnce(day, second, cards);
  await resolvedReopenedAndResolvedAgain(day, second);
  await theCustomerClosesAndRates(day, first);
  await theOtherTicketIsResolved(day, first, second);
  expect(await server.stop()).toBe(0);

  await daysPass(day);
  await using nextWeek = await startServer({ env });
  await whatWasResolvedIsClosedByItself(day, first);
  await theAdminArchivesTheCategory(day, cards);
  await theFeedTellsTheWholeDay(day, first.id, second.id, cards);
  for (const { answers, ticketId } of [alice, bob]) {
    expect(answers.join('\n')).toContain(ticketId);
    expect(answers.join('\n')).not.toContain(NOTE);
  }
  expect(await nextWeek.stop()).toBe(0);
});

function everybody(url: string, databaseUrl: string): Day {
  return {
    alice: new Customer('alice', url, customerToken('alice'), client),
    bob: new Customer('bob', url, customerToken('bob'), client),
    nora: typedAgent('nora', client.createSupportClient({ url, token: agentToken('nora') })),
    omar: restAgent('omar', restApi(url, agentToken('omar'))),
    ada: restAdmin(restApi(url, adminToken('ada'))),
    databaseUrl,
  };
}

/** The code and message that a call was refused with, by either client. */
async function refusalOf(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const refusal = error instanceof Refusal ? error : client.supportError(error);
  if (refusal === undefined) throw new Error('It was not refused', { cause: error });
  return { code: refusal.code, message: refusal.message };
}

async function theAdminPreparesTheDesk({ ada, alice }: Day): Promise<{ cards: string; greeting: string }> {
  const { categoryId: cards } = await ada.addCategory({ name: 'Cards', description: 'Declined or stolen cards' });
  const others = (await ada.categories()).map(({ categoryId }) => categoryId).filter((id) => id !== cards);
  await ada.orderCategories([cards, ...others]);
  const { macroId: greeting } = await ada.addMacro({
    name: 'On it',
    text: 'Hello {{requester}}, {{agent}} here. "{{ticket.subject}}" ({{category}}): which number do you see?',
  });
  await ada.setTarget('High', { firstResponseMinutes: 60, resolutionMinutes: 120 });
  await ada.setTarget('Low', { firstResponseMinutes: 150, resolutionMinutes: 0 });

  const shown = await alice.support.categories.list.query();
  expect(shown.map(({ categoryId }) => categoryId)).toEqual([cards, ...others]);
  expect(shown[0]).toEqual({ categoryId: cards, name: 'Cards', description: 'Declined or stolen cards' });
  return { cards, greeting };
}

async function twoCustomersWrite({ alice, bob }: Day, cards: string) {
  const ticket = { subject: 'Payment fails', description: 'My card is declined', categoryId: cards } as const;
  const once = client.withIdempotencyKey('the-tap-that-was-too-long');
  await alice.opens({ ...ticket, priority: 'High' }, once);
  await alice.opens({ ...ticket, priority: 'High' }, once);
  await bob.opens({ subject: 'New address', description: 'I have moved', categoryId: LOANS, priority: 'Low' });
  // And so that each has one ticket, and only their own.
  await alice.sees({});
  await bob.sees({});
  const other = await refusalOf(bob.support.tickets.get.query({ ticketId: alice.ticketId }));
  expect(other).toEqual({ code: 'NOT_FOUND', message: 'Ticket not found' });
}

/** Alice has waited for three hours, and Bob for two. */
async function hoursPass({ databaseUrl, alice, bob }: Day) {
  for (const [ticketId, hours] of [[alice.ticketId, 3] as const, [bob.ticketId, 2] as const]) {
    const then = ago({ hours });
    const set = `UPDATE tickets SET created_at = '${then}', waiting_since = '${then}'`;
    await rawRows(databaseUrl, `${set} WHERE id = '${ticketId}'`);
  }
}

async function theDeskLooksAtItsQueue({ alice, bob, nora, omar }: Day) {
  for (const agent of [nora, omar]) {
    const { tickets, next } = await agent.queue();
    expect(tickets.map(({ ticketId, requester }) => [ticketId, requester])).toEqual([
      [alice.ticketId, 'alice'],
      [bob.ticketId, 'bob'],
    ]);
    expect(next).toBeNull();
    const none = { total: 0, unassigned: 0, mine: 0, waiting: 0 };
    expect(await agent.counts()).toEqual({
      Open: { total: 2, unassigned: 2, mine: 0, waiting: 2 },
      'In Progress': none,
      Resolved: none,
      Closed: { total: 0 },
    });
    const { hits } = await agent.search('declined');
    expect(hits.map(({ ticket, in: where }) => [ticket.ticketId, where])).toEqual([[alice.ticketId, 'ticket']]);
  }
}

async function whatIsOverdueIsSeen({ alice, bob, ada }: Day) {
  expect(await overdue(ada)).toEqual([
    [alice.ticketId, 'firstResponse', true],
    [alice.ticketId, 'resolution', true],
    [bob.ticketId, 'firstResponse', false],
  ]);
}

/** Gives who was faster, and who read it. */
async function bothAgentsTakeTheSameTicket({ alice, nora, omar }: Day): Promise<[Agent, Agent]> {
  const { ticketId } = alice;
  const takes = [nora.take(ticketId), omar.take(ticketId)] as const;
  const [hers] = await Promise.allSettled(takes);
  const [first, second] = hers.status === 'fulfilled' ? [nora, omar] : [omar, nora];
  const [won, lost] = first === nora ? takes : ([takes[1], takes[0]] as const);
  expect(await won).toMatchObject({ ticketId, assignedAgent: first.id, status: 'In Progress', version: 2 });
  expect(await refusalOf(lost)).toEqual({ code: 'TICKET_TAKEN', message: `${first.id} has this ticket` });
  await alice.sees({ status: 'In Progress', assignedAgent: first.id });
  return [first, second];
}

async function aNoteStaysAtTheDesk({ alice }: Day, author: Agent, colleague: Agent) {
  const { ticketId } = alice;
  await author.note(ticketId, NOTE);
  expect((await colleague.read(ticketId)).notes).toMatchObject([{ author: author.id, content: NOTE }]);
  const { hits } = await colleague.search('"stolen cards"');
  expect(hits.map(({ ticket, in: where }) => [ticket.ticketId, where])).toEqual([[ticketId, 'note']]);

  await alice.seesNothingNew();
  const searched = await alice.api.GET('/desk/search', { params: { query: { q: 'Monday' } } });
  expect(searched.error?.error.code).toBe('FORBIDDEN');
}

async function aSavedReplyIsLookedOverAndSent({ alice, bob, ada }: Day, agent: Agent, greeting: string) {
  const { text } = await agent.render(greeting, alice.ticketId);
  expect(text).toBe(`Hello alice, ${agent.id} here. "Payment fails" (Cards): which number do you see?`);
  await alice.seesNothingNew();

  await agent.reply(alice.ticketId, text);
  alice.hears(agent.id, text);
  await alice.sees({});
  const { waitingSince, firstResponseAt } = await agent.read(alice.ticketId);
  expect([waitingSince, firstResponseAt]).toEqual([null, expect.any(String)]);
  expect(await overdue(ada)).toEqual([
    [alice.ticketId, 'resolution', true],
    [bob.ticketId, 'firstResponse', false],
  ]);
}

async function theCustomerAnswers({ alice, bob }: Day, agent: Agent) {
  await alice.writes('It says E-42');
  await alice.sees({});
  // She waits again, but only since now: Bob comes first.
  expect((await agent.queue()).tickets.map(({ ticketId }) => ticketId)).toEqual([bob.ticketId, alice.ticketId]);
  expect((await agent.counts())['In Progress']).toEqual({ total: 1, unassigned: 0, mine: 1, waiting: 1 });
}

async function theTicketIsHandedOver({ alice }: Day, from: Agent, to: Agent) {
  expect(await from.handOver(alice.ticketId, to.id)).toMatchObject({ assignedAgent: to.id, status: 'In Progress' });
  expect((await to.counts())['In Progress'].mine).toBe(1);
  await alice.sees({ assignedAgent: to.id });
}

async function theTicketIsTagged({ alice }: Day, agent: Agent) {
  expect(await agent.tag(alice.ticketId, ['E-42', 'Refund'])).toMatchObject({ tags: ['e-42', 'refund'] });
  await alice.seesNothingNew();
}

async function bothAgentsChangeItAtOnce({ alice }: Day, slow: Agent, fast: Agent) {
  const { ticketId } = alice;
  const { version } = await slow.read(ticketId);
  const changed = { priority: 'Medium', categoryId: PAYMENTS } as const;
  expect(await fast.change(ticketId, { ...changed, version })).toMatchObject({ ...changed, version: version + 1 });
  await alice.sees(changed);

  expect(await refusalOf(slow.change(ticketId, { priority: 'Critical', version }))).toEqual({
    code: 'VERSION_CONFLICT',
    message: `The ticket has changed meanwhile: its version is ${version + 1}`,
  });
  await alice.seesNothingNew();
  const now = await slow.read(ticketId);
  expect(now).toMatchObject(changed);
  await slow.change(ticketId, { priority: 'Critical', version: now.version });
  await alice.sees({ priority: 'Critical' });
}

async function manyAreChangedAtOnce({ alice, bob }: Day, agent: Agent, cards: string) {
  const nobodys = 'ticket_123';
  const change = { categoryId: cards, assignedAgent: agent.id };
  expect(await agent.changeAll([alice.ticketId, nobodys, bob.ticketId], change)).toMatchObject([
    { ticketId: alice.ticketId, ok: true },
    { ticketId: nobodys, ok: false, error: { code: 'NOT_FOUND', message: 'Ticket not found' } },
    { ticketId: bob.ticketId, ok: true, version: 2 },
  ]);
  await alice.sees({ categoryId: cards });
  await bob.sees({ categoryId: cards, assignedAgent: agent.id, status: 'In Progress' });
}

async function resolvedReopenedAndResolvedAgain({ alice }: Day, agent: Agent) {
  const { ticketId } = alice;
  expect(await refusalOf(alice.support.tickets.rate.mutate({ ticketId, score: 1 }))).toMatchObject({
    code: 'NOT_RESOLVED',
  });
  await agent.resolve(ticketId, 'A new card is on its way');
  await alice.sees({ status: 'Resolved' });

  await alice.writes('It has not come');
  await alice.sees({ status: 'In Progress' });
  expect(await agent.read(ticketId)).toMatchObject({ resolvedAt: null, waitingSince: expect.any(String) });

  const resolution = 'The card went to the old address';
  expect(await agent.resolve(ticketId, resolution)).toMatchObject({ status: 'Resolved', resolution });
  await alice.sees({ status: 'Resolved' });
}

async function theCustomerClosesAndRates({ alice }: Day, agent: Agent) {
  const { ticketId, support } = alice;
  const closed = await support.tickets.close.mutate({ ticketId });
  expect(closed).toEqual({ ticketId, status: 'Closed', closedAt: expect.any(String) });
  await alice.sees({ status: 'Closed' });
  const late = support.messages.add.mutate({ ticketId, message: 'One more thing' });
  expect(await refusalOf(late)).toEqual({ code: 'TICKET_CLOSED', message: 'Invalid message' });
  const { resolution, closedAt } = await agent.read(ticketId);
  expect([resolution, closedAt]).toEqual(['The card went to the old address', closed.closedAt]);

  const rating = { score: 5, comment: 'Quick, once somebody had it' };
  await support.tickets.rate.mutate({ ticketId, ...rating });
  expect(await agent.rating(ticketId)).toMatchObject(rating);
  const again = await refusalOf(support.tickets.rate.mutate({ ticketId, score: 1 }));
  expect(again.code).toBe('ALREADY_RATED');
  await alice.seesNothingNew();
}

async function theOtherTicketIsResolved({ bob, ada }: Day, agent: Agent, holder: Agent) {
  const answer = 'We have your new address';
  await agent.reply(bob.ticketId, answer);
  bob.hears(agent.id, answer);
  // Who helps out does not take it away.
  await bob.sees({ assignedAgent: holder.id });
  await agent.resolve(bob.ticketId, 'Address changed');
  await bob.sees({ status: 'Resolved' });
  expect(await overdue(ada)).toEqual([]);
}

/** Bob has said nothing for longer than AUTO_CLOSE_DAYS. */
async function daysPass({ databaseUrl, bob }: Day) {
  const set = `UPDATE tickets SET resolved_at = '${ago({ hours: 8 * 24 })}'`;
  await rawRows(databaseUrl, `${set} WHERE id = '${bob.ticketId}'`);
}

async function whatWasResolvedIsClosedByItself({ alice, bob }: Day, agent: Agent) {
  await waitFor(async () => (await agent.counts()).Closed.total === 2);
  await bob.sees({ status: 'Closed' });
  await alice.seesNothingNew();
  expect(await agent.read(bob.ticketId)).toMatchObject({ resolution: 'Address changed', closedAt: expect.any(String) });
}

async function theAdminArchivesTheCategory({ ada, alice, bob }: Day, cards: string) {
  const { archivedAt } = await ada.archiveCategory(cards);
  expect((await ada.categories()).at(-1)).toMatchObject({ categoryId: cards, archivedAt });
  expect(archivedAt).not.toBeNull();
  expect((await alice.support.categories.list.query()).map(({ categoryId }) => categoryId)).not.toContain(cards);
  const late = bob.support.tickets.create.mutate({ subject: 'Again', description: 'Declined', categoryId: cards });
  expect(await refusalOf(late)).toEqual({ code: 'BAD_REQUEST', message: 'Invalid ticket data' });
  // Both tickets are in it as before.
  await alice.seesNothingNew();
  await bob.seesNothingNew();
}

async function theFeedTellsTheWholeDay({ alice, bob, ada }: Day, first: string, second: string, cards: string) {
  const [a, b] = [alice.ticketId, bob.ticketId];
  const messageId = expect.stringMatching(/^msg_/);
  const told = [
    [a, 'alice', 'ticket.created', { status: 'Open', priority: 'High', categoryId: cards }],
    [b, 'bob', 'ticket.created', { status: 'Open', priority: 'Low', categoryId: LOANS }],
    [a, first, 'ticket.assigned', { status: 'In Progress', assignedAgent: first }],
    [a, first, 'note.added', { noteId: expect.stringMatching(/^note_/) }],
    [a, first, 'message.added', { messageId }],
    [a, 'alice', 'message.added', { messageId }],
    [a, first, 'ticket.assigned', { assignedAgent: second }],
    [a, second, 'ticket.tagged', { tags: ['e-42', 'refund'] }],
    [a, second, 'ticket.updated', { priority: 'Medium', categoryId: PAYMENTS }],
    [a, first, 'ticket.updated', { priority: 'Critical' }],
    [a, second, 'ticket.updated', { categoryId: cards }],
    [b, second, 'ticket.assigned', { status: 'In Progress', categoryId: cards, assignedAgent: second }],
    [a, second, 'ticket.resolved', { status: 'Resolved', resolution: 'A new card is on its way' }],
    [a, 'alice', 'message.added', { messageId }],
    [a, 'alice', 'ticket.reopened', { status: 'In Progress', resolution: null }],
    [a, second, 'ticket.resolved', { status: 'Resolved', resolution: 'The card went to the old address' }],
    [a, 'alice', 'ticket.closed', { status: 'Closed' }],
    [a, 'alice', 'ticket.rated', { score: 5 }],
    [b, first, 'message.added', { messageId }],
    [b, first, 'ticket.resolved', { status: 'Resolved', resolution: 'Address changed' }],
    [b, 'system', 'ticket.closed', { status: 'Closed' }],
  ];
  const feed = await readFeed(ada, told.length);
  expect(feed.map(({ ticketId, actor, type, after }) => [ticketId, actor, type, after])).toEqual(told);
  // What a change made of a field is what the next one found there.
  for (const ticketId of [a, b]) {
    const fields: Record<string, unknown> = {};
    for (const { before, after, ...event } of feed) {
      if (event.ticketId !== ticketId) continue;
      for (const [field, value] of Object.entries(before)) if (field in fields) expect(value).toEqual(fields[field]);
      Object.assign(fields, after);
    }
    expect(fields.status).toBe('Closed');
  }
}

/**
 * The feed from its beginning, in small pages, to its end. On PostgreSQL it waits for every transaction on the server, those
 * of other tests included: so many events must come.
 */
async function readFeed(ada: Admin, atLeast: number) {
  type Page = Awaited<ReturnType<Admin['events']>>;
  const events: Page['events'] = [];
  let after: string | undefined;
  const onePage = async () => {
    const page: Page = await ada.events(3, after);
    after = page.next;
    events.push(...page.events);
    return page.events.length;
  };
  await waitFor(async () => (await onePage()) === 0 && events.length >= atLeast);
  return events;
}

/** What is overdue or soon will be, the most overdue first: which ticket, of which target, and whether it is so already. */
async function overdue(ada: Admin) {
  return (await ada.breaches()).map(({ ticketId, target, breached }) => [ticketId, target, breached]);
}

/** As both engines store a time. */
function ago({ hours }: { hours: number }): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString().replace('Z', '+00:00');
}
