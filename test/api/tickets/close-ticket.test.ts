import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { IMPOSSIBLE_IDS } from '../../support/ids.js';
import { SURFACES, type Surface } from '../../support/surfaces.js';
import { BLANK_TEXTS, KEPT_TEXTS, NO_STRINGS, textsAround, UNSTORABLE_TEXTS } from '../../support/texts.js';
import {
  dataOf,
  newUser,
  openTicket,
  pathsOf,
  setTicket,
  TIMESTAMP,
  visibleRefusal,
  withoutEffect,
} from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

// Time that stands still: what has to move, moves by itself.
const NOW = new Date('2026-01-22T16:30:00.123Z');

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock: { now: () => NOW } });
});
afterAll(() => server[Symbol.asyncDispose]());

const RESOLUTIONS = textsAround(2000);

const row = (ticketId: string) => server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });

describe.each(SURFACES)('close over %s', (_name, open) => {
  let customer: Surface;
  let agent: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(newUser()));
    agent = open(server.url, agentToken());
  });

  it('closes without any input, with the documented keys, and moves updatedAt', async () => {
    const ticketId = await openTicket(customer);
    const before = await row(ticketId);
    const data = dataOf(await customer.close(ticketId));
    expect(Object.keys(data)).toEqual(['ticketId', 'status', 'closedAt']);
    expect(data).toEqual({ ticketId, status: 'Closed', closedAt: expect.stringMatching(TIMESTAMP) });
    const closedAt = new Date(data.closedAt);
    expect(closedAt > before.updatedAt).toBe(true);
    expect(await row(ticketId)).toEqual({
      ...before,
      status: 'Closed',
      closedAt,
      updatedAt: closedAt,
      version: 2,
      waitingSince: null,
    });
    expect(dataOf(await customer.get(ticketId)).status).toBe('Closed');
  });

  it('closes with an empty object', async () => {
    const ticketId = await openTicket(customer);
    expect(dataOf(await customer.close(ticketId, {})).status).toBe('Closed');
    expect((await row(ticketId)).resolution).toBeNull();
  });

  it.each([
    ['Open', null],
    ['In Progress', null],
    ['In Progress', 'agent_123'],
    ['Resolved', 'agent_123'],
  ])('closes a ticket that is %s (agent: %s), which stays assigned', async (status, assignedAgent) => {
    const ticketId = await openTicket(customer);
    await setTicket(server.db, ticketId, { status, assignedAgent });
    expect(dataOf(await customer.close(ticketId)).status).toBe('Closed');
    expect(await row(ticketId)).toMatchObject({ status: 'Closed', assignedAgent });
  });

  it("lets agents and admins close a customer's ticket", async () => {
    const admin = open(server.url, customerToken(newUser(), { role: 'admin' }));
    for (const desk of [agent, admin]) {
      const ticketId = await openTicket(customer);
      expect(dataOf(await desk.close(ticketId, { resolution: 'Done' })).status).toBe('Closed');
      expect(await row(ticketId)).toMatchObject({ status: 'Closed', resolution: 'Done', assignedAgent: null });
    }
  });

  describe('again', () => {
    it.each([
      ['keeps the first resolution', 'First', 'Second', 'First'],
      ['keeps the first resolution when none comes', 'First', undefined, 'First'],
      ['stays without one', undefined, 'Second', null],
    ])('answers with the first closedAt, writes nothing, and %s', async (_case, first, second, kept) => {
      const ticketId = await openTicket(customer);
      const closed = dataOf(await customer.close(ticketId, { resolution: first }));
      await withoutEffect(server.db, async () => {
        expect(dataOf(await customer.close(ticketId, { resolution: second }))).toEqual(closed);
        expect(dataOf(await agent.close(ticketId, { resolution: second }))).toEqual(closed);
      });
      expect((await row(ticketId)).resolution).toBe(kept);
    });

    it('still refuses an input that is wrong', async () => {
      const ticketId = await openTicket(customer);
      await customer.close(ticketId);
      expect(await customer.close(ticketId, { resolution: 5 })).toMatchObject({ ok: false, status: 400 });
    });
  });

  it.each([...KEPT_TEXTS, ...RESOLUTIONS.longest])('keeps a resolution to the byte: %s', async (_case, resolution) => {
    const ticketId = await openTicket(customer);
    dataOf(await customer.close(ticketId, { resolution }));
    expect((await row(ticketId)).resolution).toBe(resolution);
  });

  it.each(BLANK_TEXTS)('takes a blank resolution for none: %s', async (_case, resolution) => {
    const ticketId = await openTicket(customer);
    dataOf(await customer.close(ticketId, { resolution }));
    expect((await row(ticketId)).resolution).toBeNull();
  });

  describe('refuses, and closes nothing', () => {
    const faults: [name: string, input: object, paths: string[]][] = [
      ...[...RESOLUTIONS.tooLong, ...UNSTORABLE_TEXTS, ...NO_STRINGS].map(
        ([name, resolution]): (typeof faults)[number] => [`a resolution: ${name}`, { resolution }, ['resolution']],
      ),
      ['2,001 spaces', { resolution: ' '.repeat(2001) }, ['resolution']],
      ['an unknown field', { reason: 'Done' }, ['reason']],
      ['a status', { status: 'Closed', resolution: 'Done' }, ['status']],
      ['several faults', { resolution: 5, a: 1, b: 2 }, ['resolution', 'a', 'b']],
    ];
    it.each(faults)('%s', async (_case, input, paths) => {
      const ticketId = await openTicket(customer);
      const outcome = await withoutEffect(server.db, () => customer.close(ticketId, input));
      expect(outcome).toMatchObject({ ok: false, status: 400, code: 'BAD_REQUEST', message: 'Invalid request' });
      expect(pathsOf(outcome)?.toSorted()).toEqual(paths.toSorted());
    });

    it("another's ticket, in no way unlike a missing one", async () => {
      const ticketId = await openTicket(customer);
      const other = open(server.url, customerToken(newUser()));
      await withoutEffect(server.db, async () => {
        const forbidden = await other.close(ticketId, { resolution: 'Done' });
        expect(forbidden).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
        expect(visibleRefusal(forbidden)).toEqual(visibleRefusal(await other.close(newId('ticket'), {})));
        expect(visibleRefusal(forbidden)).toEqual(visibleRefusal(await other.close('ticket_123')));
      });
      await customer.close(ticketId);
      expect(await other.close(ticketId)).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND' });
    });

    it("another's ticket with an input that is wrong, in no way unlike a missing one", async () => {
      const ticketId = await openTicket(customer);
      const other = open(server.url, customerToken(newUser()));
      const refusals = [await other.close(ticketId, { a: 1 }), await other.close(newId('ticket'), { a: 1 })];
      const [one, two] = refusals.map(visibleRefusal);
      expect(one).toEqual(two);
    });

    it.each(IMPOSSIBLE_IDS)('an id that is %s', async (_case, id) => {
      const ticketId = await openTicket(customer);
      const outcome = await withoutEffect(server.db, () => agent.close(id(ticketId)));
      expect(outcome).toMatchObject({ ok: false, status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
    });

    it('everything without a good token', async () => {
      const ticketId = await openTicket(customer);
      for (const token of [undefined, customerToken('user_123', { exp: 1 })]) {
        const outcome = await withoutEffect(server.db, () => open(server.url, token).close(ticketId));
        expect(outcome).toMatchObject({ ok: false, status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
      }
    });
  });
});
