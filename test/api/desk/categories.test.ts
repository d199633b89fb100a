import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MAX_ACTIVE, MAX_CATEGORIES } from '../../../src/categories/desk-category.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { numbered } from '../../support/fill-ticket.js';
import { rawRows } from '../../support/raw-rows.js';
import { dataOf, NEW_TICKET, newUser, pathsOf } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

let names = 0;
const fresh = () => ({ name: `Category ${++names}`, description: 'Made by a test' });
interface Listed {
  categoryId: string;
  name: string;
  archivedAt: string | null;
}
const list = async (call: Call): Promise<Listed[]> => dataOf(await call('desk.categories.list'));
const active = async (call: Call) =>
  (await list(call)).filter(({ archivedAt }) => archivedAt === null).map(({ categoryId }) => categoryId);

describe.each(CALLS)("the categories' administration over %s", (_name, open) => {
  let admin: Call;
  let agent: Call;
  let customer: Call;
  beforeAll(() => {
    admin = open(server.url, adminToken());
    agent = open(server.url, agentToken());
    customer = open(server.url, customerToken(newUser()));
  });
  const created = async () => dataOf(await admin('desk.categories.create', fresh()));
  const opens = (categoryId: string) => customer('support.tickets.create', { ...NEW_TICKET, categoryId });

  it('adds a category at the end, which customers see and open tickets in', async () => {
    const sent = fresh();
    const category = dataOf(await admin('desk.categories.create', sent));
    expect(category).toEqual({
      categoryId: expect.stringMatching(/^category_[0-9a-f-]{36}$/),
      ...sent,
      archivedAt: null,
    });
    const { archivedAt: _, ...shown } = category;
    expect(dataOf(await customer('support.categories.list')).at(-1)).toEqual(shown);
    expect((await active(agent)).at(-1)).toBe(category.categoryId);
    expect((await opens(category.categoryId)).ok).toBe(true);
  });

  it('changes what is given, and leaves the rest', async () => {
    const { categoryId, description } = await created();
    const { name } = fresh();
    expect(dataOf(await admin('desk.categories.change', { categoryId, name }))).toMatchObject({ name, description });
    expect(dataOf(await admin('desk.categories.change', { categoryId, description: 'Other' }))).toMatchObject({ name });
    expect(dataOf(await admin('desk.categories.change', { categoryId }))).toMatchObject({ name, description: 'Other' });
    expect((await list(agent)).find((one) => one.categoryId === categoryId)).toEqual({
      categoryId,
      name,
      description: 'Other',
      archivedAt: null,
    });
  });

  it('an archived one stays on its tickets, refuses new ones, and comes back at the end', async () => {
    const { categoryId } = await created();
    await created();
    const { ticketId } = dataOf(await opens(categoryId));
    const archived = dataOf(await admin('desk.categories.archive', { categoryId }));
    expect(archived.archivedAt).toEqual(expect.any(String));
    expect(dataOf(await admin('desk.categories.archive', { categoryId }))).toEqual(archived);

    expect(pathsOf(await opens(categoryId))).toEqual(['categoryId']);
    expect(dataOf(await customer('support.tickets.get', { ticketId })).categoryId).toBe(categoryId);
    const seen = dataOf(await customer('support.categories.list')).map((one: Listed) => one.categoryId);
    expect(seen).not.toContain(categoryId);
    expect((await list(agent)).at(-1)?.archivedAt).not.toBeNull();

    const restored = dataOf(await admin('desk.categories.restore', { categoryId }));
    expect(restored).toEqual({ ...archived, archivedAt: null });
    expect(dataOf(await admin('desk.categories.restore', { categoryId }))).toEqual(restored);
    expect((await active(agent)).at(-1)).toBe(categoryId);
    expect((await opens(categoryId)).ok).toBe(true);
  });

  it('no two active ones have the same name', async () => {
    const [first, second] = [await created(), await created()];
    const taken = { ok: false, status: 409, code: 'NAME_TAKEN' };
    expect(await admin('desk.categories.create', { ...fresh(), name: first.name })).toMatchObject(taken);
    const rename = { categoryId: second.categoryId, name: first.name };
    expect(await admin('desk.categories.change', rename)).toMatchObject(taken);
    expect((await list(agent)).find(({ categoryId }) => categoryId === second.categoryId)?.name).toBe(second.name);

    await admin('desk.categories.archive', { categoryId: first.categoryId });
    expect((await admin('desk.categories.change', rename)).ok).toBe(true);
    expect(await admin('desk.categories.restore', { categoryId: first.categoryId })).toMatchObject(taken);
    expect(await active(agent)).not.toContain(first.categoryId);
  });

  it('of several that want the same name at once, one gets it', async () => {
    const sent = fresh();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => admin('desk.categories.create', sent)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
    expect((await list(agent)).filter(({ name }) => name === sent.name)).toHaveLength(1);
  });

  it('puts the active ones into the order that is sent, for everybody', async () => {
    const before = await active(agent);
    const order = [...before].reverse();
    const answer = dataOf(await admin('desk.categories.order', { categoryIds: order }));
    expect(answer).toEqual(await list(agent));
    expect(await active(agent)).toEqual(order);
    const seen = dataOf(await customer('support.categories.list')).map((one: Listed) => one.categoryId);
    expect(seen).toEqual(order);
    await admin('desk.categories.order', { categoryIds: before });
  });

  it('an order that was made without knowing of a change is refused, and changes nothing', async () => {
    const before = await active(agent);
    const [first = '', ...rest] = before;
    const { categoryId: archived } = await created();
    await admin('desk.categories.archive', { categoryId: archived });
    for (const categoryIds of [
      [],
      rest,
      [...rest, first, first],
      [...rest, 'category_x'],
      [...rest, first, archived],
    ]) {
      expect(await admin('desk.categories.order', { categoryIds })).toMatchObject({
        status: 409,
        code: 'CATEGORIES_CHANGED',
      });
    }
    expect(await active(agent)).toEqual(before);
  });

  it('two orders at once: one of them stands whole', async () => {
    const before = await active(agent);
    const orders = [[...before].reverse(), [...before.slice(1), before[0] as string]];
    const outcomes = await Promise.all(orders.map((categoryIds) => admin('desk.categories.order', { categoryIds })));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(orders).toContainEqual(await active(agent));
  });

  it.each([
    ['desk.categories.create', { name: ' ', description: '' }, ['name', 'description']],
    ['desk.categories.create', { name: 'x'.repeat(101), description: 'x'.repeat(1001) }, ['name', 'description']],
    ['desk.categories.create', { name: 'a', description: 'b', position: 1 }, ['position']],
    ['desk.categories.change', { categoryId: 'category_001', name: 'a\0' }, ['name']],
    ['desk.categories.order', { categoryIds: 'category_001' }, ['categoryIds']],
    ['desk.categories.order', { categoryIds: [1] }, ['categoryIds.0']],
  ])('%s refuses %j', async (procedure, input, paths) => {
    const before = await list(agent);
    const outcome = await admin(procedure, input);
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)).toEqual(paths);
    expect(await list(agent)).toEqual(before);
  });

  it.each(['change', 'archive', 'restore'])('%s answers 404 for one that is not there', async (verb) => {
    for (const categoryId of ['category_999', 'a\u0000b', 'ticket_1']) {
      expect(await admin(`desk.categories.${verb}`, { categoryId })).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
        message: 'Category not found',
      });
    }
  });

  describe('there are a maximum of', () => {
    const rows = (count: number, archivedAt: Date | null) =>
      numbered(count).map((n) => ({
        id: `category_${archivedAt ? 'archived' : 'active'}_${n}`,
        name: `Filled ${n}`,
        description: 'd',
        position: 10_000 + Number(n),
        archivedAt,
      }));
    const fill = (count: number, archivedAt: Date | null) =>
      server.db.transaction((tx) => tx.category.createMany({ data: rows(count, archivedAt) }));
    const unfill = () =>
      server.db.transaction((tx) => tx.category.deleteMany({ where: { name: { startsWith: 'Filled ' } } }));
    const refused = async (call: Promise<unknown>) => {
      const before = await list(agent);
      expect(await call).toMatchObject({ ok: false, status: 409, code: 'TOO_MANY_CATEGORIES' });
      expect(await list(agent)).toEqual(before);
    };
    afterEach(unfill);

    it('200 active ones', async () => {
      const archived = await created();
      dataOf(await admin('desk.categories.archive', { categoryId: archived.categoryId }));
      await fill(MAX_ACTIVE - (await active(agent)).length - 1, null);
      const outcomes = await Promise.all([created, created, created].map((create) => create().catch(() => undefined)));
      const [last] = outcomes.filter((outcome) => outcome !== undefined);
      expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
      expect(dataOf(await customer('support.categories.list'))).toHaveLength(200);
      await refused(admin('desk.categories.create', fresh()));
      await refused(admin('desk.categories.restore', { categoryId: archived.categoryId }));
      // One that is active already is restored as before; one that goes makes room.
      dataOf(await admin('desk.categories.restore', { categoryId: last.categoryId }));
      dataOf(await admin('desk.categories.archive', { categoryId: last.categoryId }));
      dataOf(await admin('desk.categories.restore', { categoryId: archived.categoryId }));
    });

    it('1,000 in all', async () => {
      const { categoryId } = await created();
      dataOf(await admin('desk.categories.archive', { categoryId }));
      await fill(MAX_CATEGORIES - (await list(agent)).length, new Date());
      expect(await list(agent)).toHaveLength(1_000);
      await refused(admin('desk.categories.create', fresh()));
      dataOf(await admin('desk.categories.restore', { categoryId }));
      dataOf(await admin('desk.categories.change', { categoryId, description: 'Other' }));
    });
  });

  it('agents may look, and customers not even that', async () => {
    const before = await list(agent);
    const forbidden = { status: 403, code: 'FORBIDDEN' };
    expect(await customer('desk.categories.list')).toMatchObject(forbidden);
    const calls: [string, Record<string, unknown>][] = [
      ['create', fresh()],
      ['change', { categoryId: 'category_001', name: 'x' }],
      ['order', { categoryIds: [] }],
      ['archive', { categoryId: 'category_001' }],
      ['restore', { categoryId: 'category_001' }],
    ];
    for (const [verb, input] of calls) {
      for (const call of [agent, customer])
        expect(await call(`desk.categories.${verb}`, input)).toMatchObject(forbidden);
      expect(await open(server.url)(`desk.categories.${verb}`, input)).toMatchObject({ status: 401 });
    }
    expect(await list(agent)).toEqual(before);
  });
});

it('the database itself takes no second active category with a name', async () => {
  const insert = (id: string, archivedAt: string) =>
    rawRows(
      server.databaseUrl,
      `INSERT INTO categories (id, name, description, position, archived_at) VALUES ('${id}', 'Loan Questions', 'd', 1, ${archivedAt})`,
    );
  await expect(insert('category_twice', 'NULL')).rejects.toThrow(/unique/i);
  await insert('category_old', "'2024-01-22T16:30:00.000+00:00'");
});
