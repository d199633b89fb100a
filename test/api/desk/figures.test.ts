import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Figures } from '../../../src/figures/schemas.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { fillQueue } from '../../support/fill-queue.js';
import { numbered } from '../../support/fill-ticket.js';
import { ticketRow } from '../../support/open-database.js';
import { randomness } from '../../support/randomness.js';
import { runSql } from '../../support/run-sql.js';
import { explain, recordStatements } from '../../support/statements.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, NEW_TICKET, newUser, pathsOf } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
// Tokens live for an hour of the clock's.
const MINUTE = 60_000;
const iso = (time: number) => new Date(time).toISOString();
const NONE = { median: null, p90: null };
const ratingsOf = (scores: number[]) => ({
  count: scores.length,
  average: scores.length === 0 ? null : Number((scores.reduce((a, b) => a + b, 0) / scores.length).toFixed(2)),
  distribution: Object.fromEntries(
    [1, 2, 3, 4, 5].map((score) => [score, scores.filter((one) => one === score).length]),
  ),
});
const ratings = ratingsOf([]);
const [[, openFirst]] = CALLS as [(typeof CALLS)[number]];

let server: TestApp;
const clock = new TestClock(NOW);
const setClock = (time: number) => clock.advance(time - clock.now().getTime());
beforeAll(async () => {
  server = await startApp({ clock });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => clear());

const clear = () =>
  server.db.transaction(async (tx) => {
    for (const table of [tx.event, tx.message, tx.rating] as { deleteMany(): Promise<unknown> }[])
      await table.deleteMany();
    await tx.ticket.deleteMany();
  });

describe.each(CALLS)('the figures over %s', (_surface, open) => {
  let agent: Call;
  let other: Call;
  let customer: Call;
  beforeAll(() => {
    agent = open(server.url, agentToken('agent_a'));
    other = open(server.url, agentToken('agent_b'));
    customer = open(server.url, customerToken(newUser()));
  });
  beforeEach(() => setClock(NOW));
  const figures = async (from: number, to: number): Promise<Figures> =>
    dataOf(await agent('desk.figures.get', { from: iso(from), to: iso(to) }));
  const all = () => figures(NOW, NOW + 24 * MINUTE);
  const newTicket = async (over: object = {}): Promise<string> =>
    dataOf(await customer('support.tickets.create', { ...NEW_TICKET, ...over })).ticketId;
  const at = (time: number, call: () => Promise<unknown>) => {
    setClock(time);
    return call();
  };
  const reply = async (by: Call, ticketId: string) =>
    dataOf(await by('desk.messages.reply', { ticketId, message: 'An answer' }));
  const resolve = async (by: Call, ticketId: string) => dataOf(await by('desk.tickets.resolve', { ticketId }));
  const write = async (ticketId: string) =>
    dataOf(await customer('support.messages.add', { ticketId, message: 'And then?' }));

  it('are empty for a period in which nothing happened', async () => {
    await newTicket();
    expect(await figures(NOW + MINUTE, NOW + 2 * MINUTE)).toEqual({
      from: iso(NOW + MINUTE),
      to: iso(NOW + 2 * MINUTE),
      overall: { opened: 0, answered: 0, solved: 0, firstResponseSeconds: NONE, resolutionSeconds: NONE, ratings },
      agents: [],
      agentsLeftOut: 0,
      categories: [],
    });
  });

  it('say what the desk did, who did it and on what, of what the desk really does', async () => {
    const first = await newTicket();
    const second = await newTicket({ categoryId: 'category_002' });
    await at(NOW + 1000, () => write(first));
    await at(NOW + MINUTE, () => reply(agent, first));
    await at(NOW + 2 * MINUTE, () => reply(other, first));
    await at(NOW + 3 * MINUTE, () => reply(other, second));
    await at(NOW + 4 * MINUTE, () => resolve(other, first));
    const seconds = (minutes: number) => ({ median: minutes * 60, p90: minutes * 60 });
    expect(await all()).toEqual({
      from: iso(NOW),
      to: iso(NOW + 24 * MINUTE),
      overall: {
        opened: 2,
        answered: 2,
        solved: 1,
        firstResponseSeconds: { median: 60, p90: 3 * 60 },
        resolutionSeconds: seconds(4),
        ratings,
      },
      agents: [
        {
          agent: 'agent_a',
          answered: 1,
          solved: 0,
          firstResponseSeconds: seconds(1),
          resolutionSeconds: NONE,
          ratings,
        },
        {
          agent: 'agent_b',
          answered: 1,
          solved: 1,
          firstResponseSeconds: seconds(3),
          resolutionSeconds: seconds(4),
          ratings,
        },
      ],
      agentsLeftOut: 0,
      categories: [
        {
          categoryId: 'category_001',
          opened: 1,
          answered: 1,
          solved: 1,
          firstResponseSeconds: seconds(1),
          resolutionSeconds: seconds(4),
          ratings,
        },
        {
          categoryId: 'category_002',
          opened: 1,
          answered: 1,
          solved: 0,
          firstResponseSeconds: seconds(3),
          resolutionSeconds: NONE,
          ratings,
        },
      ],
    });
  });

  it('name the 1,000 agents who did most, by user id, and say how many more there are', async () => {
    // Each of 1,003 has solved one ticket, and those whose number ends in 7 one more.
    const busy = (n: number) => n % 10 === 7;
    const rows = numbered(1_003).flatMap((name) => [name, ...(busy(Number(name)) ? [name] : [])]);
    const values = (row: (n: number, name: string) => string) =>
      rows.map((name, n) => `(${row(n, `agent_${name.padStart(4, '0')}`)})`).join(', ');
    const [created, resolved] = [iso(NOW), iso(NOW + MINUTE)].map((time) => `'${time.replace('Z', '+00:00')}'`);
    await runSql(
      server.databaseUrl,
      `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at, resolved_at)
      VALUES ${values((n) => `'solved_${n}', 'user_${n}', 's', 'd', 'Resolved', 'Low', 'category_001', '[]', ${created}, ${created}, ${resolved}`)}`,
    );
    await runSql(
      server.databaseUrl,
      `INSERT INTO events (transaction_id, ticket_id, type, actor, before, after, created_at)
      VALUES ${values((n, name) => `0, 'solved_${n}', 'ticket.resolved', '${name}', '{}', '{}', ${resolved}`)}`,
    );
    const { agents, agentsLeftOut, overall } = await all();
    expect([agents.length, agentsLeftOut, overall.solved]).toEqual([1_000, 3, rows.length]);
    const names = agents.map(({ agent: name }) => name);
    expect(names).toEqual(names.toSorted());
    expect(agents.filter(({ solved }) => solved === 2)).toHaveLength(100);
  });

  it('count each in the period in which it happened: from is part of it, to is not', async () => {
    const ticketId = await newTicket();
    await at(NOW + MINUTE, () => reply(agent, ticketId));
    await at(NOW + 2 * MINUTE, () => resolve(agent, ticketId));
    const counts = async (from: number, to: number) => {
      const { opened, answered, solved } = (await figures(from, to)).overall;
      return [opened, answered, solved];
    };
    expect(await counts(NOW - MINUTE, NOW)).toEqual([0, 0, 0]);
    expect(await counts(NOW, NOW + MINUTE)).toEqual([1, 0, 0]);
    expect(await counts(NOW + MINUTE, NOW + 2 * MINUTE)).toEqual([0, 1, 0]);
    expect(await counts(NOW + 2 * MINUTE, NOW + 2 * MINUTE + 1)).toEqual([0, 0, 1]);
    expect(await counts(NOW, NOW + 2 * MINUTE + 1)).toEqual([1, 1, 1]);
  });

  it('count a reopened ticket once, when and by whom it was resolved last; not while it is open', async () => {
    const ticketId = await newTicket();
    await at(NOW + MINUTE, () => resolve(agent, ticketId));
    await at(NOW + 2 * MINUTE, () => write(ticketId));
    expect(await all()).toMatchObject({ overall: { solved: 0 }, agents: [] });
    await at(NOW + 3 * MINUTE, () => resolve(other, ticketId));
    await at(NOW + 4 * MINUTE, () => customer('support.tickets.close', { ticketId }));
    expect((await figures(NOW, NOW + 3 * MINUTE)).overall.solved).toBe(0);
    expect(await all()).toMatchObject({
      overall: { answered: 0, solved: 1, resolutionSeconds: { median: 3 * 60 } },
      agents: [{ agent: 'agent_b', solved: 1 }],
    });
  });

  it('say what customers thought of it, by whose work they rated and by category', async () => {
    const rate = async (score: number, categoryId: string, solve: (ticketId: string) => Promise<unknown>) => {
      const ticketId = await newTicket({ categoryId });
      await solve(ticketId);
      dataOf(await customer('support.tickets.close', { ticketId }));
      dataOf(await customer('support.tickets.rate', { ticketId, score }));
    };
    await at(NOW, () => rate(5, 'category_001', (ticketId) => resolve(agent, ticketId)));
    await at(NOW + MINUTE, () => rate(4, 'category_002', (ticketId) => resolve(agent, ticketId)));
    await at(NOW + MINUTE, () => rate(4, 'category_001', (ticketId) => resolve(other, ticketId)));
    await at(NOW + 2 * MINUTE, () => rate(1, 'category_001', async () => {}));
    const told = await all();
    expect(told.overall.ratings).toEqual({ count: 4, average: 3.5, distribution: { 1: 1, 2: 0, 3: 0, 4: 2, 5: 1 } });
    expect(told.agents.map((one) => [one.agent, one.ratings])).toEqual([
      ['agent_a', ratingsOf([5, 4])],
      ['agent_b', ratingsOf([4])],
      [null, ratingsOf([1])],
    ]);
    expect(told.categories.map((one) => [one.categoryId, one.ratings])).toEqual([
      ['category_001', { count: 3, average: 3.33, distribution: { 1: 1, 2: 0, 3: 0, 4: 1, 5: 1 } }],
      ['category_002', ratingsOf([4])],
    ]);
    expect((await figures(NOW + MINUTE, NOW + 2 * MINUTE)).overall.ratings).toEqual(ratingsOf([4, 4]));
  });

  it('do not count as solved what was closed without being resolved', async () => {
    const ticketId = await newTicket();
    dataOf(await customer('support.tickets.close', { ticketId }));
    dataOf(await agent('desk.tickets.update', { ticketId: await newTicket(), status: 'Closed' }));
    expect((await all()).overall).toMatchObject({ opened: 2, answered: 0, solved: 0 });
  });

  it('name nobody for what was resolved before there was a history, and put them last', async () => {
    await at(NOW + MINUTE, async () => resolve(agent, await newTicket()));
    const resolvedAt = new Date(NOW + MINUTE);
    const data = { ...ticketRow(), status: 'Resolved', createdAt: new Date(NOW), resolvedAt };
    await server.db.transaction((tx) => tx.ticket.create({ data }));
    expect((await all()).agents).toMatchObject([
      { agent: 'agent_a', solved: 1, resolutionSeconds: { median: 0 } },
      { agent: null, solved: 1, resolutionSeconds: { median: 60 } },
    ]);
  });

  it.each([
    [{}, ['from', 'to']],
    [{ from: '2026-01-01T00:00:00Z' }, ['to']],
    [{ from: '2026-01-01', to: 'tomorrow' }, ['from', 'to']],
    [{ from: '2026-01-01T00:00:00', to: '2026-01-02T00:00:00Z' }, ['from']],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, ['to']],
    [{ from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }, ['to']],
    [{ from: '2026-01-01T00:00:00Z', to: '2027-01-02T00:00:00.001Z' }, ['to']],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', agent: 'a' }, ['agent']],
  ])('refuse %j', async (input, paths) => {
    const outcome = await agent('desk.figures.get', input);
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)).toEqual(paths);
  });

  it('take a period of 366 days', async () => {
    const input = { from: '2026-01-01T00:00:00Z', to: '2027-01-02T00:00:00Z' };
    expect(dataOf(await agent('desk.figures.get', input)).overall.opened).toBe(0);
  });

  it('are for the desk alone', async () => {
    const input = { from: iso(NOW), to: iso(NOW + MINUTE) };
    expect(await customer('desk.figures.get', input)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await open(server.url)('desk.figures.get', input)).toMatchObject({ status: 401 });
  });
});

describe('the figures of any tickets', () => {
  // On a grid of half seconds, so that times meet one another, the ends of the period, and parts of seconds.
  const STEP = 500;
  const steps = fc.nat({ max: 20 });
  const anyTicket = fc.record({
    category: fc.constantFrom('category_001', 'category_002', 'category_003'),
    priority: fc.constantFrom('Low', 'Medium', 'High', 'Critical'),
    status: fc.constantFrom('Open', 'In Progress', 'Resolved', 'Closed'),
    opened: steps,
    answered: fc.option(steps),
    resolved: fc.option(steps),
    senders: fc.array(fc.constantFrom('user_123', 'agent_a', 'agent_b', 'Ägent'), { maxLength: 4 }),
    rated: fc.option(
      fc.record({
        at: steps,
        score: fc.integer({ min: 1, max: 5 }),
        agent: fc.option(fc.constantFrom('agent_a', 'agent_c')),
      }),
    ),
    resolvers: fc.array(fc.constantFrom('agent_a', 'agent_b', '\u{1f600}', '\uffee'), { maxLength: 3 }),
  });
  type AnyTicket = typeof anyTicket extends fc.Arbitrary<infer T> ? T : never;

  const time = (step: number) => new Date(NOW + step * STEP);
  async function store(tickets: AnyTicket[]): Promise<void> {
    const rows = tickets.map((ticket) => ({
      ...ticketRow(),
      categoryId: ticket.category,
      priority: ticket.priority,
      status: ticket.status,
      createdAt: time(ticket.opened),
      firstResponseAt: ticket.answered === null ? null : time(ticket.opened + ticket.answered),
      resolvedAt: resolvedStep(ticket) === null ? null : time(resolvedStep(ticket) as number),
    }));
    const createdAt = new Date(NOW);
    const messages = rows.flatMap(({ id }, index) =>
      (tickets[index] as AnyTicket).senders.map((sender, place) => {
        return {
          id: `${id}-${place}`,
          ticketId: id,
          position: place + 1,
          sender,
          content: 'c',
          attachments: [],
          createdAt,
        };
      }),
    );
    const events = rows.flatMap(({ id }, index) =>
      (tickets[index] as AnyTicket).resolvers.flatMap((actor) =>
        ['ticket.resolved', 'ticket.reopened'].map((type) => {
          const by = type === 'ticket.resolved' ? actor : 'user_123';
          return { ticketId: id, type, actor: by, transactionId: 0n, before: {}, after: {}, createdAt };
        }),
      ),
    );
    const rated = rows.flatMap(({ id }, index) => {
      const { rated: rating } = tickets[index] as AnyTicket;
      return rating === null
        ? []
        : [{ ticketId: id, score: rating.score, agent: rating.agent, createdAt: time(rating.at) }];
    });
    await clear();
    await server.db.transaction(async (tx) => {
      await tx.ticket.createMany({ data: rows });
      await tx.rating.createMany({ data: rated });
      await tx.message.createMany({ data: messages });
      await tx.event.createMany({ data: events });
    });
  }

  /** As the life cycle has it: what is open has no time of its resolution. */
  const resolvedStep = ({ status, opened, resolved }: AnyTicket) =>
    resolved !== null && (status === 'Resolved' || status === 'Closed') ? opened + resolved : null;

  const part = (values: number[], of: number, tenths: number) =>
    values.length === 0
      ? null
      : (values.toSorted((a, b) => a - b)[Math.ceil((values.length * tenths) / of) - 1] as number);
  const timesOf = (values: number[]) => ({ median: part(values, 2, 1), p90: part(values, 10, 9) });
  const seconds = (step: number) => Math.floor((step * STEP) / 1000);

  /** The numbers, counted in plain JavaScript. */
  function model(tickets: AnyTicket[], from: number, to: number) {
    const within = (step: number | null) => step !== null && step >= from && step < to;
    const opened = (some: AnyTicket[]) => some.filter((ticket) => within(ticket.opened)).length;
    const answered = tickets.filter((one) => one.answered !== null && within(one.opened + one.answered));
    const solved = tickets.filter((one) => within(resolvedStep(one)));
    const rated = tickets.filter((one) => one.rated !== null && within(one.rated.at));
    const work = (whose: (ticket: AnyTicket, done: 'answered' | 'solved' | 'rated') => boolean) => {
      const mine = answered.filter((one) => whose(one, 'answered'));
      const resolved = solved.filter((one) => whose(one, 'solved'));
      return {
        answered: mine.length,
        solved: resolved.length,
        firstResponseSeconds: timesOf(mine.map((one) => seconds(one.answered as number))),
        resolutionSeconds: timesOf(resolved.map((one) => seconds(one.resolved as number))),
        ratings: ratingsOf(rated.filter((one) => whose(one, 'rated')).map((one) => one.rated?.score as number)),
      };
    };
    const agentOf = (ticket: AnyTicket, done: 'answered' | 'solved' | 'rated') => {
      if (done === 'rated') return ticket.rated?.agent ?? null;
      return (
        (done === 'answered' ? ticket.senders.find((sender) => sender !== 'user_123') : ticket.resolvers.at(-1)) ?? null
      );
    };
    const agents = new Set([
      ...answered.map((one) => agentOf(one, 'answered')),
      ...solved.map((one) => agentOf(one, 'solved')),
      ...rated.map((one) => agentOf(one, 'rated')),
    ]);
    const inBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const named = [...agents].filter((agent) => agent !== null).toSorted(inBytes);
    const inNumbers = [...tickets.filter((one) => within(one.opened)), ...answered, ...solved, ...rated];
    return {
      from: time(from).toISOString(),
      to: time(to).toISOString(),
      overall: { opened: opened(tickets), ...work(() => true) },
      agents: [...named, ...(agents.has(null) ? [null] : [])].map((agent) => ({
        agent,
        ...work((ticket, done) => agentOf(ticket, done) === agent),
      })),
      agentsLeftOut: 0,
      categories: [...new Set(inNumbers.map(({ category }) => category))].toSorted().map((categoryId) => ({
        categoryId,
        opened: opened(tickets.filter(({ category }) => category === categoryId)),
        ...work(({ category }) => category === categoryId),
      })),
    };
  }

  type Modelled = Pick<ReturnType<typeof model>, 'overall' | 'agents' | 'categories'>;

  /** Of one part, which is the whole period: of all, of each agent, of each category. */
  async function checkSeries(input: { from: string; to: string }, { overall, agents, categories }: Modelled) {
    const series = async (filter: { agent?: string; categoryId?: string }) =>
      dataOf(await agent('desk.figures.series', { ...input, timeZone: 'Asia/Tokyo', ...filter })).series;
    expect(await series({})).toEqual([{ ...input, ...overall }]);
    for (const { agent: name, ...work } of agents) {
      if (name !== null) expect(await series({ agent: name })).toEqual([{ ...input, opened: null, ...work }]);
    }
    for (const { categoryId, ...work } of categories)
      expect(await series({ categoryId })).toEqual([{ ...input, ...work }]);
  }

  let agent: Call;
  it('are those of a small model, to the second', async () => {
    agent = openFirst(server.url, agentToken());
    const period = fc.tuple(steps, fc.integer({ min: 1, max: 40 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyTicket, { maxLength: 40 }),
        fc.array(period, { minLength: 6, maxLength: 6 }),
        async (tickets, periods) => {
          await store(tickets);
          for (const [from, length] of [...periods, [0, 60] as const]) {
            const to = from + length;
            const input = { from: time(from).toISOString(), to: time(to).toISOString() };
            const expected = model(tickets, from, to);
            expect(dataOf(await agent('desk.figures.get', input))).toEqual(expected);
            if (length === 60) await checkSeries(input, expected);
          }
        },
      ),
      randomness('figures', 25),
    );
  });
});

describe.each(CALLS)('the figures over time over %s', (_surface, open) => {
  const agent = () => open(server.url, agentToken('agent_a', { exp: undefined }));
  const series = async (input: Record<string, unknown>) => dataOf(await agent()('desk.figures.series', input));

  it.each([
    [
      'day',
      'Europe/Berlin',
      // Clocks go back on the 25th: it has 25 hours.
      ['2026-10-23T10:00:00.000Z', '2026-10-23T22:00:00.000Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
      '2026-10-26T01:00:00.000Z',
    ],
    ['week', 'UTC', ['2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z'], '2026-11-09T00:00:00.000Z'],
    [
      'month',
      'America/New_York',
      ['2026-10-15T00:00:00.000Z', '2026-11-01T04:00:00.000Z', '2026-12-01T05:00:00.000Z'],
      '2026-12-01T05:00:00.001Z',
    ],
    // The 30th of December 2011 was left out there.
    ['day', 'Pacific/Apia', ['2011-12-29T12:00:00.000Z', '2011-12-30T10:00:00.000Z'], '2011-12-31T10:00:00.000Z'],
  ])('begin anew each %s of %s', async (every, timeZone, starts, to) => {
    const [from] = starts;
    const told = await series({ from, to, every, timeZone });
    expect(told).toMatchObject({ from, to, every, timeZone });
    expect(told.series.map((part: { from: string; to: string }) => [part.from, part.to])).toEqual(
      starts.map((start, index) => [start, starts[index + 1] ?? to]),
    );
  });

  it('have in each part what the figures of its period have', async () => {
    const days = [0, 0, 1, 3, 3, 3].map((day, hour) => NOW + (day * 24 + hour) * 60 * MINUTE);
    const rows = days.map((opened, n) => {
      const done = new Date(opened + (n + 1) * MINUTE);
      const times = { createdAt: new Date(opened), firstResponseAt: done, resolvedAt: done };
      return { ...ticketRow(), status: 'Resolved', ...times };
    });
    await server.db.transaction(async (tx) => {
      await tx.ticket.createMany({ data: rows });
      await tx.rating.createMany({
        data: rows.map(({ id, resolvedAt }, n) => ({ ticketId: id, score: 1 + (n % 5), createdAt: resolvedAt })),
      });
    });
    const told = await series({ from: iso(NOW - MINUTE), to: iso(NOW + 5 * 24 * 60 * MINUTE), timeZone: 'Asia/Tokyo' });
    expect(told.series.map(({ opened, solved }: { opened: number; solved: number }) => [opened, solved])).toEqual([
      [2, 2],
      [1, 1],
      [0, 0],
      [0, 0],
      [3, 3],
      [0, 0],
    ]);
    for (const { from, to, ...part } of told.series)
      expect(dataOf(await agent()('desk.figures.get', { from, to })).overall).toEqual(part);
  });

  it('take the longest period, day by day', async () => {
    const input = { from: '2026-01-01T10:00:00Z', to: '2027-01-02T10:00:00Z' };
    expect((await series(input)).series).toHaveLength(367);
  });

  it.each([
    [{ from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, ['to']],
    [{ from: '2026-01-01T00:00:00Z', to: '2027-01-02T00:00:00.001Z' }, ['to']],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', every: 'hour' }, ['every']],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', timeZone: 'Europe/Nowhere' }, ['timeZone']],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', agent: '' }, ['agent']],
    [{ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', categoryId: '' }, ['categoryId']],
  ])('refuse %j', async (input, paths) => {
    const outcome = await agent()('desk.figures.series', input);
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)).toEqual(paths);
  });
});

it('a short period is read from indexes, however many tickets there are', async () => {
  await fillQueue(server.databaseUrl, 5_000);
  for (const sql of [
    `UPDATE tickets SET first_response_at = updated_at`,
    `UPDATE tickets SET resolved_at = updated_at WHERE status IN ('Resolved', 'Closed')`,
    `INSERT INTO events (transaction_id, ticket_id, type, actor, before, after, created_at)
     SELECT 0, id, 'ticket.resolved', assigned_agent, '{}', '{}', created_at FROM tickets WHERE assigned_agent IS NOT NULL`,
    `INSERT INTO ratings (ticket_id, score, created_at) SELECT id, 5, updated_at FROM tickets`,
    'ANALYZE',
  ])
    await runSql(server.databaseUrl, sql);
  const agent = openFirst(server.url, agentToken());
  using recording = recordStatements(server.db.engine);
  const input = { from: '2026-01-03T00:00:00Z', to: '2026-01-03T02:00:00Z' };
  expect(dataOf(await agent('desk.figures.get', input)).overall.opened).toBe(120);
  expect(dataOf(await agent('desk.figures.series', input)).series).toMatchObject([{ opened: 120 }]);
  expect(dataOf(await agent('desk.figures.series', { ...input, agent: 'agent_1' })).series).toHaveLength(1);
  const ranges = [
    'tickets_first_response_at_idx',
    'tickets_status_resolved_at_idx',
    'ratings_created_at_ticket_id_idx',
  ];
  const opened = 'tickets_status_priority_created_at_first_response_at_idx';
  const agents = ['messages_ticket_id_position_key', 'events_ticket_id_id_idx'];
  const statements = recording.statements.filter(({ sql }) => sql.includes('done'));
  expect(statements).toHaveLength(3);
  for (const [place, indexes] of [[opened, ...agents], [opened], agents].entries()) {
    const plan = await explain(server.databaseUrl, statements[place] as (typeof statements)[number]);
    expect(plan).not.toMatch(
      /Seq Scan on (tickets|messages|events|ratings)\b|SCAN (tickets|messages|events|ratings)\b|AUTOMATIC/,
    );
    for (const index of [...ranges, ...indexes]) expect(plan).toContain(index);
  }
}, 120_000);
