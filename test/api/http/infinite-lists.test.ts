import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { dataOf, NEW_TICKET, newUser, pathsOf } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

const TICKETS = 3;

let server: TestApp;
const userId = newUser();
let ticketId: string;
beforeAll(async () => {
  server = await startApp();
  const [, open] = CALLS[1] as (typeof CALLS)[number];
  const [customer, agent, admin] = [customerToken(userId), agentToken('agent_1'), adminToken('admin_1')].map((token) =>
    open(server.url, token),
  ) as [Call, Call, Call];
  for (let number = 1; number <= TICKETS; number++) {
    ({ ticketId } = dataOf(await customer('support.tickets.create', NEW_TICKET)));
    dataOf(await admin('desk.macros.create', { name: `Reply ${number}`, text: 'Hello' }));
    dataOf(await agent('desk.notes.add', { ticketId, content: `Note ${number}` }));
  }
  for (const priority of ['Low', 'High']) dataOf(await agent('desk.tickets.update', { ticketId, priority }));
});
afterAll(() => server[Symbol.asyncDispose]());

/** Every list that goes on behind `after`, and every one with numbered pages. */
const ONE_WAY: [procedure: string, input: () => object, items: string][] = [
  ['desk.tickets.list', () => ({ requester: userId, sort: 'created' }), 'tickets'],
  ['desk.search.tickets', () => ({ q: 'subject' }), 'hits'],
  ['desk.events.list', () => ({}), 'events'],
  ['desk.tickets.events', () => ({ ticketId }), 'events'],
];
const NUMBERED = ['support.tickets.list', 'desk.macros.list'];

describe.each(CALLS)('what infinite queries send over %s', (_surface, open) => {
  let agent: Call;
  let customer: Call;
  beforeAll(() => {
    agent = open(server.url, agentToken('agent_1'));
    customer = open(server.url, customerToken(userId));
  });

  describe.each(ONE_WAY)('%s', (procedure, input, items) => {
    const ask = (place: object) => agent(procedure, { ...input(), ...place });

    it('takes the next of a page as cursor or as after', async () => {
      // PostgreSQL's feed shows an event once every older transaction of the server has ended, another test's too.
      const { after, cursor } = await vi.waitFor(async () => {
        const first = dataOf(await ask({ limit: 1, direction: 'forward' }));
        const after = dataOf(await ask({ limit: 1, after: first.next }));
        expect(after[items]).toHaveLength(1);
        expect(after[items]).not.toEqual(first[items]);
        return { after, cursor: first.next };
      }, 30_000);
      expect(dataOf(await ask({ limit: 1, cursor, direction: 'forward' }))).toEqual(after);
      expect(dataOf(await ask({ limit: 1, cursor, after: cursor }))).toEqual(after);
    });

    it('refuses a place that is none at the name that it has, and two that differ, whatever else is wrong', async () => {
      const { next } = dataOf(await ask({ limit: 1 }));
      expect(pathsOf(await ask({ cursor: 'x' }))).toEqual(['cursor']);
      expect(pathsOf(await ask({ after: 'x' }))).toEqual(['after']);
      const two = await ask({ after: next, cursor: 'x' });
      expect(two).toMatchObject({
        status: 400,
        details: [{ path: 'cursor', message: 'Must be the same as after, or absent' }],
      });
      const more = await ask({ after: next, cursor: 'x', limit: 0, direction: 'up' });
      expect(pathsOf(more)?.toSorted()).toEqual(['cursor', 'direction', 'limit']);
    });
  });

  describe.each(NUMBERED)('%s', (procedure) => {
    const ask = (place: object) => (procedure.startsWith('desk.') ? agent : customer)(procedure, { ...place });

    it('takes the number of a page as cursor or as page', async () => {
      const third = dataOf(await ask({ limit: 1, page: TICKETS }));
      expect(third).toHaveLength(1);
      expect(third).not.toEqual(dataOf(await ask({ limit: 1 })));
      expect(dataOf(await ask({ limit: 1, cursor: TICKETS, direction: 'forward' }))).toEqual(third);
      expect(dataOf(await ask({ limit: 1, cursor: TICKETS, page: TICKETS }))).toEqual(third);
      expect(dataOf(await ask({ limit: 1, cursor: TICKETS + 1 }))).toEqual([]);
    });

    it('refuses two that differ, also where one is the first page', async () => {
      for (const place of [
        { page: 1, cursor: 2 },
        { page: 2, cursor: 1 },
      ]) {
        expect(await ask(place)).toMatchObject({
          status: 400,
          details: [{ path: 'cursor', message: 'Must be the same as page, or absent' }],
        });
      }
      expect(pathsOf(await ask({ cursor: 0 }))).toEqual(['cursor']);
    });
  });
});

it('links to pages by their number where a page was asked for by cursor', async () => {
  const [, open] = CALLS[0] as (typeof CALLS)[number];
  const { headers } = await open(server.url, customerToken(userId))('support.tickets.list', {
    limit: 1,
    cursor: 2,
    direction: 'forward',
    status: 'Open',
  });
  const pages = { first: 1, prev: 1, next: 3, last: 3 };
  const links = Object.entries(pages).map(
    ([rel, n]) => `</support/tickets?status=Open&page=${n}&limit=1>; rel="${rel}"`,
  );
  expect(headers.get('link')).toBe(links.join(', '));
});
