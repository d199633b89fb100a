import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { SURFACES, type Surface } from '../../support/surfaces.js';
import {
  BAD_ATTACHMENTS,
  BLANK_TEXTS,
  KEPT_ATTACHMENTS,
  KEPT_TEXTS,
  NO_STRINGS,
  textsAround,
  UNSTORABLE_TEXTS,
} from '../../support/texts.js';
import { dataOf, NEW_TICKET, newUser, openTicket, pathsOf, TIMESTAMP, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const TICKET_ID = /^ticket_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SUBJECTS = textsAround(200);
const DESCRIPTIONS = textsAround(10_000);

const row = (ticketId: string) => server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });

describe.each(SURFACES)('create over %s', (_name, open) => {
  const userId = newUser();
  let customer: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(userId));
  });

  /** Refused as the contract says, with nothing stored. */
  const refused = async (input: unknown, paths: string[]) => {
    const outcome = await withoutEffect(server.db, () => customer.create(input));
    expect(outcome).toMatchObject({ ok: false, status: 400, code: 'BAD_REQUEST', message: 'Invalid ticket data' });
    expect(pathsOf(outcome)?.toSorted()).toEqual(paths.toSorted());
    return outcome;
  };

  it('opens a ticket and answers with the documented keys', async () => {
    const data = dataOf(
      await customer.create({ ...NEW_TICKET, priority: 'High', attachments: ['file_id_123', 'file_id_122'] }),
    );
    expect(Object.keys(data)).toEqual(['ticketId', 'subject', 'status', 'priority', 'createdAt']);
    expect(data).toMatchObject({ subject: NEW_TICKET.subject, status: 'Open', priority: 'High' });
    expect(data.ticketId).toMatch(TICKET_ID);
    expect(data.createdAt).toMatch(TIMESTAMP);
    expect(await row(data.ticketId)).toEqual({
      id: data.ticketId,
      userId,
      ...NEW_TICKET,
      status: 'Open',
      priority: 'High',
      assignedAgent: null,
      attachments: ['file_id_123', 'file_id_122'],
      resolution: null,
      messageCount: 0,
      createdAt: new Date(data.createdAt),
      updatedAt: new Date(data.createdAt),
      closedAt: null,
      version: 1,
      waitingSince: new Date(data.createdAt),
      firstResponseAt: null,
      resolvedAt: null,
      annotatedAt: null,
      indexed: true,
    });
  });

  it('starts with priority Medium, no attachments, no agent and no messages', async () => {
    const ticketId = await openTicket(customer);
    expect(dataOf(await customer.get(ticketId))).toMatchObject({
      priority: 'Medium',
      status: 'Open',
      assignedAgent: null,
      messages: [],
    });
    expect((await row(ticketId)).attachments).toEqual([]);
  });

  it.each(['Low', 'Medium', 'High', 'Critical'])('takes the priority %s', async (priority) => {
    const ticketId = await openTicket(customer, { priority });
    expect(dataOf(await customer.get(ticketId)).priority).toBe(priority);
  });

  it('takes every category that the list shows', async () => {
    for (const { categoryId } of dataOf(await customer.categories())) {
      const ticketId = await openTicket(customer, { categoryId });
      expect(dataOf(await customer.get(ticketId)).categoryId).toBe(categoryId);
    }
  });

  it('opens two tickets for the same content sent twice', async () => {
    expect(await openTicket(customer)).not.toBe(await openTicket(customer));
  });

  it('gives out ids in the order of time', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 10; count++) ids.push(await openTicket(customer));
    expect(ids).toEqual(ids.toSorted());
  });

  it("makes an agent's ticket the agent's own", async () => {
    const agentId = newUser();
    const ticketId = await openTicket(open(server.url, agentToken(agentId)));
    expect(await row(ticketId)).toMatchObject({ userId: agentId, assignedAgent: null, status: 'Open' });
  });

  describe('keeps to the byte', () => {
    it.each(KEPT_TEXTS)('%s', async (_case, text) => {
      const data = dataOf(await customer.create({ ...NEW_TICKET, subject: text, description: text }));
      expect(data.subject).toBe(text);
      expect(dataOf(await customer.get(data.ticketId))).toMatchObject({ subject: text, description: text });
      expect(dataOf(await customer.list())[0].subject).toBe(text);
    });

    it.each(SUBJECTS.longest)('the longest subject in %s', async (_case, subject) => {
      expect(dataOf(await customer.get(await openTicket(customer, { subject }))).subject).toBe(subject);
    });

    it.each(DESCRIPTIONS.longest)('the longest description in %s', async (_case, description) => {
      expect(dataOf(await customer.get(await openTicket(customer, { description }))).description).toBe(description);
    });

    it.each(KEPT_ATTACHMENTS)('attachments in their order: %s', async (_case, attachments) => {
      expect((await row(await openTicket(customer, { attachments }))).attachments).toEqual(attachments);
    });

    it('texts of one character', async () => {
      const ticketId = await openTicket(customer, { subject: '?', description: '😀' });
      expect(dataOf(await customer.get(ticketId))).toMatchObject({ subject: '?', description: '😀' });
    });
  });

  describe('refuses, and stores nothing', () => {
    it.each(SUBJECTS.tooLong)('a subject of more than 200 code points: %s', async (_case, subject) => {
      await refused({ ...NEW_TICKET, subject }, ['subject']);
    });

    it.each(DESCRIPTIONS.tooLong)('a description of more than 10,000 code points: %s', async (_case, description) => {
      await refused({ ...NEW_TICKET, description }, ['description']);
    });

    it.each([...BLANK_TEXTS, ...UNSTORABLE_TEXTS, ...NO_STRINGS])('texts that are %s', async (_case, text) => {
      await refused({ ...NEW_TICKET, subject: text }, ['subject']);
      await refused({ ...NEW_TICKET, description: text }, ['description']);
    });

    it.each(['subject', 'description', 'categoryId'])('no %s', async (field) => {
      await refused({ ...NEW_TICKET, [field]: undefined }, [field]);
    });

    it.each([
      ['an unknown one', 'category_999'],
      ['one in other letters', 'CATEGORY_001'],
      ['one with a space', 'category_001 '],
      ['an empty one', ''],
      ...UNSTORABLE_TEXTS,
      ...NO_STRINGS,
    ])('a category that is no active one: %s', async (_case, categoryId) => {
      await refused({ ...NEW_TICKET, categoryId }, ['categoryId']);
    });

    it('an archived category', async () => {
      const archive = (archivedAt: Date | null) =>
        server.db.transaction((tx) => tx.category.update({ where: { id: 'category_006' }, data: { archivedAt } }));
      await archive(new Date());
      await refused({ ...NEW_TICKET, categoryId: 'category_006' }, ['categoryId']);
      await archive(null);
      await openTicket(customer, { categoryId: 'category_006' });
    });

    it.each(['', 'high', 'HIGH', ' High', 'Urgent', null, 1, ['High'], 'constructor'])(
      'the priority %j',
      async (priority) => {
        await refused({ ...NEW_TICKET, priority }, ['priority']);
      },
    );

    it.each(BAD_ATTACHMENTS)('attachments: %s', async (_case, attachments, paths) => {
      await refused({ ...NEW_TICKET, attachments }, paths);
    });

    it('fields that it does not know, each by name', async () => {
      const unknown = {
        attachment: ['file_a'],
        ticketId: 'ticket_1',
        userId: 'user_1',
        role: 'agent',
        status: 'Closed',
      };
      const outcome = await refused({ ...NEW_TICKET, ...unknown }, Object.keys(unknown));
      expect(outcome).toMatchObject({
        details: Object.keys(unknown).map(() => ({ message: 'Unknown field: this operation does not take it' })),
      });
    });

    it('several faults, with a detail for each', async () => {
      await refused({ subject: ' ', priority: 'Urgent', attachments: ['file_a', '', 5], foo: 1, bar: 2 }, [
        'subject',
        'description',
        'categoryId',
        'priority',
        'attachments.1',
        'attachments.2',
        'foo',
        'bar',
      ]);
    });

    it('more than a hundred faults, with the first hundred details', async () => {
      const unknown = Object.fromEntries(Array.from({ length: 105 }, (_, index) => [`field_${index}`, index]));
      await refused({ ...NEW_TICKET, ...unknown }, Object.keys(unknown).slice(0, 100));
    });

    it('everything without a good token', async () => {
      for (const token of [undefined, 'not.a.token', customerToken(''), customerToken(userId, { exp: 1 })]) {
        const outcome = await withoutEffect(server.db, () => open(server.url, token).create(NEW_TICKET));
        expect(outcome).toMatchObject({ ok: false, status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
        expect(outcome).not.toHaveProperty('details');
        expect(outcome.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
    });
  });
});
