import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { ticketRow } from '../../support/open-database.js';
import { explain, recordStatements } from '../../support/statements.js';
import { dataOf, NEW_TICKET, newUser, pathsOf, setTicket, TIMESTAMP } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const kept = (ticketId: string) => server.db.reader.rating.findMany({ where: { ticketId } });

describe.each(CALLS)('ratings over %s', (_surface, open) => {
  let customer: Call;
  let agent: Call;
  beforeAll(() => {
    customer = open(server.url, customerToken(newUser()));
    agent = open(server.url, agentToken());
  });
  const newTicket = async (): Promise<string> => dataOf(await customer('support.tickets.create', NEW_TICKET)).ticketId;
  const closedTicket = async () => {
    const ticketId = await newTicket();
    await customer('support.tickets.close', { ticketId });
    return ticketId;
  };

  it('are kept once a ticket is closed, for agents to see', async () => {
    const ticketId = await closedTicket();
    const before = await server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });
    const rated = dataOf(await customer('support.tickets.rate', { ticketId, score: 4, comment: ' Fine, thanks ' }));
    expect(rated).toEqual({ ticketId, score: 4, comment: ' Fine, thanks ', ratedAt: expect.stringMatching(TIMESTAMP) });
    expect(dataOf(await agent('desk.ratings.get', { ticketId }))).toEqual(rated);

    const after = await server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });
    expect(after).toEqual({ ...before, version: before.version + 1, annotatedAt: expect.any(Date) });
    const events = await server.db.reader.event.findMany({ where: { ticketId, type: 'ticket.rated' } });
    expect(events).toMatchObject([{ before: {}, after: { score: 4 }, createdAt: new Date(rated.ratedAt) }]);
  });

  it('are kept for a resolved ticket too, and stay when it is reopened', async () => {
    const ticketId = await newTicket();
    await setTicket(server.db, ticketId, { status: 'Resolved' });
    const rated = dataOf(await customer('support.tickets.rate', { ticketId, score: 1, comment: '  ' }));
    expect(rated).toMatchObject({ score: 1, comment: null });
    expect((await customer('support.messages.add', { ticketId, message: 'Not solved' })).ok).toBe(true);
    expect(dataOf(await agent('desk.ratings.get', { ticketId }))).toEqual(rated);
    await customer('support.tickets.close', { ticketId });
    expect(await customer('support.tickets.rate', { ticketId, score: 5 })).toMatchObject({ code: 'ALREADY_RATED' });
  });

  it('come once: of several at the same time, one is kept', async () => {
    const ticketId = await closedTicket();
    const outcomes = await Promise.all(
      [1, 2, 3, 4, 5].map((score) => customer('support.tickets.rate', { ticketId, score })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect(outcomes.filter(({ ok }) => !ok).every((one) => !one.ok && one.code === 'ALREADY_RATED')).toBe(true);
    const winner = outcomes.find(({ ok }) => ok);
    expect(await kept(ticketId)).toMatchObject([{ score: winner?.ok && winner.data.score }]);
    const events = await server.db.reader.event.findMany({ where: { ticketId, type: 'ticket.rated' } });
    expect(events).toHaveLength(1);
  });

  it.each(['Open', 'In Progress'])('are too early for a ticket that is %s', async (status) => {
    const ticketId = await newTicket();
    await setTicket(server.db, ticketId, { status });
    expect(await customer('support.tickets.rate', { ticketId, score: 3 })).toMatchObject({
      status: 409,
      code: 'NOT_RESOLVED',
    });
    expect(await kept(ticketId)).toEqual([]);
  });

  it("are the requester's alone", async () => {
    const ticketId = await closedTicket();
    const other = open(server.url, customerToken(newUser()));
    expect(await other('support.tickets.rate', { ticketId, score: 1 })).toMatchObject({
      status: 404,
      message: 'Ticket not found',
    });
    for (const token of [agentToken(), adminToken()]) {
      expect(await open(server.url, token)('support.tickets.rate', { ticketId, score: 5 })).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    }
    expect(await open(server.url)('support.tickets.rate', { ticketId, score: 5 })).toMatchObject({ status: 401 });
    expect(await kept(ticketId)).toEqual([]);
    expect(await agent('desk.ratings.get', { ticketId })).toMatchObject({ status: 404 });
    expect(await customer('desk.ratings.get', { ticketId })).toMatchObject({ status: 403 });
  });

  it.each([
    [{}, ['score']],
    [{ score: 0 }, ['score']],
    [{ score: 6 }, ['score']],
    [{ score: 4.5 }, ['score']],
    [{ score: '5' }, ['score']],
    [{ score: 5, comment: 'x'.repeat(2001) }, ['comment']],
    [{ score: 5, stars: 5 }, ['stars']],
  ])('refuse %j', async (input, paths) => {
    const ticketId = await closedTicket();
    const outcome = await customer('support.tickets.rate', { ticketId, ...input });
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)).toEqual(paths);
    expect(await kept(ticketId)).toEqual([]);
  });

  it('are of the work of who resolved it, or else of who has it', async () => {
    const [first, second] = [newUser(), newUser()];
    const [one, other] = [open(server.url, agentToken(first)), open(server.url, agentToken(second))];
    const agentOf = async (work: (ticketId: string) => Promise<void>) => {
      const ticketId = await newTicket();
      await work(ticketId);
      await customer('support.tickets.close', { ticketId });
      dataOf(await customer('support.tickets.rate', { ticketId, score: 3 }));
      // Whose it becomes later changes nothing.
      await setTicket(server.db, ticketId, { assignedAgent: 'agent_later' });
      return (await kept(ticketId))[0]?.agent;
    };
    const reopen = (ticketId: string) => customer('support.messages.add', { ticketId, message: 'Not yet' });
    expect(await agentOf(async () => {})).toBe(null);
    expect(
      await agentOf(async (ticketId) => {
        dataOf(await one('desk.tickets.take', { ticketId }));
        dataOf(await other('desk.messages.reply', { ticketId, message: 'm' }));
      }),
    ).toBe(first);
    expect(
      await agentOf(async (ticketId) => {
        dataOf(await one('desk.tickets.take', { ticketId }));
        dataOf(await other('desk.tickets.resolve', { ticketId }));
      }),
    ).toBe(second);
    expect(
      await agentOf(async (ticketId) => {
        dataOf(await other('desk.tickets.resolve', { ticketId }));
        dataOf(await reopen(ticketId));
        dataOf(await one('desk.tickets.take', { ticketId }));
      }),
    ).toBe(first);
    expect(
      await agentOf(async (ticketId) => {
        dataOf(await other('desk.tickets.resolve', { ticketId }));
        dataOf(await reopen(ticketId));
        dataOf(await one('desk.tickets.resolve', { ticketId }));
      }),
    ).toBe(first);
  });

  describe('as a list', () => {
    const requester = newUser();
    const time = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute));
    /** Two of the same moment, and one without an agent. */
    const RATED: [minute: number, score: number, agent: string | null, categoryId: string, comment: string | null][] = [
      [0, 5, 'agent_a', 'category_001', 'Good'],
      [1, 1, 'agent_b', 'category_001', null],
      [2, 4, 'agent_a', 'category_002', null],
      [2, 2, null, 'category_002', 'Slow'],
      [3, 5, 'agent_b', 'category_001', null],
    ];
    let ids: string[];
    beforeAll(async () => {
      const tickets = RATED.map(([, , , categoryId]) => ({
        ...ticketRow(newId('ticket')),
        userId: requester,
        categoryId,
      }));
      ids = tickets.map(({ id }) => id);
      await server.db.transaction(async (tx) => {
        await tx.rating.deleteMany();
        await tx.ticket.createMany({ data: tickets });
        await tx.rating.createMany({
          data: RATED.map(([minute, score, by, , comment], index) => {
            return { ticketId: ids[index] as string, score, comment, agent: by, createdAt: time(minute) };
          }),
        });
      });
    });
    const list = (input: object = {}) => open(server.url, agentToken('agent_a'))('desk.ratings.list', { ...input });
    /** Which of them came, by their place in RATED. */
    const places = (data: { ticketId: string }[]) => data.map(({ ticketId }) => ids.indexOf(ticketId));
    const newestFirst = () => {
      const ofOneTime = [2, 3].sort((a, b) => ((ids[a] as string) < (ids[b] as string) ? 1 : -1));
      return [4, ...ofOneTime, 1, 0];
    };

    it('come newest first, page by page, with their number', async () => {
      const outcome = await list();
      expect(places(dataOf(outcome))).toEqual(newestFirst());
      expect(outcome.headers.get('x-total-count')).toBe('5');
      expect(dataOf(outcome).at(-1)).toEqual({
        ticketId: ids[0],
        subject: 'Unable to make payment',
        categoryId: 'category_001',
        requester,
        agent: 'agent_a',
        score: 5,
        comment: 'Good',
        ratedAt: time(0).toISOString(),
      });
      const walked = [];
      for (const page of [1, 2, 3, 4, Number.MAX_SAFE_INTEGER]) {
        const part = await list({ page, limit: 2 });
        expect(part.headers.get('x-total-count')).toBe('5');
        walked.push(...places(dataOf(part)));
      }
      expect(walked).toEqual(newestFirst());
    });

    it.each<[filters: object, found: number[]]>([
      [{ score: [5] }, [4, 0]],
      [{ score: [1, 2] }, [3, 1]],
      [{ agent: 'agent_b' }, [4, 1]],
      [{ agent: 'me' }, [2, 0]],
      [{ agent: 'nobody' }, []],
      [{ categoryId: 'category_002', score: [4] }, [2]],
      [{ categoryId: 'category_404' }, []],
      [{ ratedFrom: time(1).toISOString(), ratedTo: time(2).toISOString() }, [1]],
      [{ ratedFrom: '2026-01-01T13:03:00+01:00' }, [4]],
      [{ ratedFrom: time(3).toISOString(), ratedTo: time(1).toISOString() }, []],
      [{ agent: 'agent_a', categoryId: 'category_001', ratedTo: time(1).toISOString(), score: [1, 5] }, [0]],
    ])('let through %j', async (filters, found) => {
      const outcome = await list(filters);
      expect(places(dataOf(outcome))).toEqual(found);
      expect(outcome.headers.get('x-total-count')).toBe(String(found.length));
    });

    it.each([
      [{ score: [0] }, ['score.0']],
      [{ score: [1, 6], agent: '' }, ['score.1', 'agent']],
      [{ ratedFrom: 'yesterday', page: 0 }, ['ratedFrom', 'page']],
    ])('refuse %j', async (input, paths) => {
      const outcome = await list(input);
      expect(outcome.status).toBe(400);
      expect(pathsOf(outcome)).toEqual(paths);
    });

    it('are for the desk alone', async () => {
      expect(await customer('desk.ratings.list')).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)('desk.ratings.list')).toMatchObject({ status: 401 });
    });
  });
});

it('a page of the ratings, of one agent or of all, is read from an index in its order, and in one statement with its total', async () => {
  const [[, open]] = CALLS as [(typeof CALLS)[number]];
  using recording = recordStatements(server.db.engine);
  for (const input of [{}, { agent: 'agent_a', ratedFrom: '2026-01-01T00:00:00Z' }]) {
    await open(server.url, agentToken())('desk.ratings.list', input);
  }
  const lists = recording.statements.filter(({ sql }) => /\bratings\b/.test(sql));
  const indexes = ['ratings_created_at_ticket_id_idx', 'ratings_agent_created_at_ticket_id_idx'];
  expect(lists).toHaveLength(indexes.length);
  for (const [place, index] of indexes.entries()) {
    const plan = await explain(server.databaseUrl, lists[place] as NonNullable<(typeof lists)[number]>, {
      preferIndexes: true,
    });
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan|SCAN tickets|AUTOMATIC/);
  }
});
