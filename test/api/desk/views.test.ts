import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_VIEWS } from '../../../src/desk/views/schemas.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { numbered } from '../../support/fill-ticket.js';
import { dataOf, NEW_TICKET, newUser, pathsOf, TIMESTAMP } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

let names = 0;
const fresh = (over: object = {}) => ({ name: `View ${++names}`, ...over });
interface View {
  viewId: string;
  name: string;
  shared: boolean;
  updatedAt: string;
}

describe.each(CALLS)('saved views over %s', (_name, open) => {
  const callsOf = (userId: string) => open(server.url, agentToken(userId));
  let admin: Call;
  let agent: Call;
  let colleague: Call;
  const dana = newUser();
  beforeAll(() => {
    admin = open(server.url, adminToken(newUser()));
    agent = callsOf(dana);
    colleague = callsOf(newUser());
  });
  const saved = async (over: object = {}, by = agent): Promise<View> =>
    dataOf(await by('desk.views.create', fresh(over)));
  const all = async (by = agent): Promise<View[]> => dataOf(await by('desk.views.list', {}));
  const idsOf = (views: View[]) => views.map(({ viewId }) => viewId);
  const missing = { status: 404, code: 'NOT_FOUND', message: 'View not found' };

  it('are saved with filters and order, and shown to whoever made them alone', async () => {
    const filters = {
      status: ['Open', 'In Progress'],
      priority: ['High'],
      categoryId: 'category_001',
      assignee: 'me',
      unassigned: false,
      requester: 'user_123',
      tag: 'REFUND',
      createdFrom: '2026-01-22T17:30:00+01:00',
    };
    const view = await saved({ filters, sort: 'priority' });
    expect(view).toEqual({
      viewId: expect.stringMatching(/^view_[0-9a-f-]{36}$/),
      name: view.name,
      shared: false,
      owner: dana,
      filters: { ...filters, tag: 'refund', createdFrom: '2026-01-22T16:30:00.000Z' },
      sort: 'priority',
      updatedAt: expect.stringMatching(TIMESTAMP),
    });
    expect(await all()).toContainEqual(view);
    for (const other of [colleague, admin]) {
      expect(idsOf(await all(other))).not.toContain(view.viewId);
      expect(await other('desk.views.change', { viewId: view.viewId, name: 'Mine' })).toMatchObject(missing);
      expect(await other('desk.views.delete', { viewId: view.viewId })).toMatchObject(missing);
    }
    expect(await all()).toContainEqual(view);
    expect(await saved()).toMatchObject({ filters: {}, sort: 'waiting', shared: false });
  });

  it('show in the queue what they say', async () => {
    const requester = newUser();
    const customer = open(server.url, customerToken(requester));
    const { ticketId } = dataOf(await customer('support.tickets.create', { ...NEW_TICKET, priority: 'Low' }));
    dataOf(await customer('support.tickets.create', { ...NEW_TICKET, priority: 'High' }));
    const { filters, sort } = dataOf(
      await agent('desk.views.create', fresh({ filters: { requester, priority: ['Low'] }, sort: 'created' })),
    );
    const { tickets } = dataOf(await agent('desk.tickets.list', { ...filters, sort }));
    expect(tickets.map((ticket: { ticketId: string }) => ticket.ticketId)).toEqual([ticketId]);
  });

  it('change as far as is given', async () => {
    const view = await saved({ filters: { tag: 'a', status: ['Open'] }, sort: 'created' });
    const renamed = dataOf(await agent('desk.views.change', { viewId: view.viewId, ...fresh() }));
    expect(renamed).toEqual({ ...view, name: renamed.name, updatedAt: renamed.updatedAt });
    expect(renamed.updatedAt > view.updatedAt).toBe(true);
    const other = dataOf(await agent('desk.views.change', { viewId: view.viewId, filters: { tag: 'b' } }));
    expect(other).toMatchObject({ name: renamed.name, filters: { tag: 'b' }, sort: 'created' });
    expect(other.filters).toEqual({ tag: 'b' });
    expect(await all()).toContainEqual(other);
    // Its own name is free for it.
    expect((await agent('desk.views.change', { viewId: view.viewId, name: renamed.name.toUpperCase() })).ok).toBe(true);
  });

  it('are shared with the whole desk, and changed then by who made them and by admins', async () => {
    const { viewId, name } = await saved({ shared: true });
    for (const one of [agent, colleague, admin]) expect(idsOf(await all(one))).toContain(viewId);
    const refused = { status: 403, code: 'FORBIDDEN' };
    expect(await colleague('desk.views.change', { viewId, name: 'Ours' })).toMatchObject(refused);
    expect(await colleague('desk.views.delete', { viewId })).toMatchObject(refused);
    expect(await all(colleague)).toContainEqual(expect.objectContaining({ viewId, name }));
    dataOf(await admin('desk.views.change', { viewId, sort: 'updated' }));
    expect(dataOf(await agent('desk.views.change', { viewId, ...fresh() }))).toMatchObject({
      sort: 'updated',
      owner: dana,
    });
    // Back to whoever made it, whoever says so.
    expect(dataOf(await admin('desk.views.change', { viewId, shared: false }))).toMatchObject({
      shared: false,
      owner: dana,
    });
    expect(idsOf(await all(admin))).not.toContain(viewId);
    expect(await all()).toContainEqual(expect.objectContaining({ viewId, shared: false }));
    const another = await saved({ shared: true });
    expect(dataOf(await admin('desk.views.delete', { viewId: another.viewId }))).toEqual({ viewId: another.viewId });
    expect(await agent('desk.views.delete', { viewId: another.viewId })).toMatchObject(missing);
  });

  it('have names of their own in each list, as people compare them, also where many are saved at once', async () => {
    const one = callsOf(newUser());
    const name = `Größe ${++names}`;
    const outcomes = await Promise.all(numbered(6).map(() => one('desk.views.create', { name })));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, ...Array(5).fill(409)]);
    const taken = { status: 409, code: 'NAME_TAKEN' };
    expect(await one('desk.views.create', { name: ` grosse  ${names}` })).toMatchObject(taken);
    // Another's, and the shared ones, are other lists.
    const { viewId } = dataOf(await agent('desk.views.create', { name, shared: true }));
    const { viewId: own } = dataOf(await agent('desk.views.create', { name }));
    expect(await agent('desk.views.change', { viewId: own, shared: true })).toMatchObject(taken);
    expect(await agent('desk.views.change', { viewId, shared: false })).toMatchObject(taken);
    expect(await colleague('desk.views.create', { name: name.toUpperCase(), shared: true })).toMatchObject(taken);
    expect(await one('desk.views.list', {})).toMatchObject({
      data: [{ name }, ...((await all(colleague)) as object[])],
    });
  });

  it('are in the order that was set, own ones first', async () => {
    const one = callsOf(newUser());
    const own: string[] = [];
    for (let n = 0; n < 3; n += 1) own.push((await saved({}, one)).viewId);
    const reversed = own.toReversed();
    expect(idsOf(await all(one)).slice(0, 3)).toEqual(own);
    expect(idsOf(dataOf(await one('desk.views.order', { viewIds: reversed }))).slice(0, 3)).toEqual(reversed);
    const added = (await saved({}, one)).viewId;
    expect(idsOf(await all(one)).slice(0, 4)).toEqual([...reversed, added]);
    const changed = { status: 409, code: 'VIEWS_CHANGED' };
    const wrong = [own, [...own, added, added], [...own, own[0]], [...own, 'view_1'], []];
    for (const viewIds of wrong) expect(await one('desk.views.order', { viewIds })).toMatchObject(changed);
    expect(idsOf(await all(one)).slice(0, 4)).toEqual([...reversed, added]);

    await saved({ shared: true });
    await saved({ shared: true });
    const shared = idsOf((await all(admin)).filter((view) => view.shared));
    const order = { shared: true, viewIds: shared.toReversed() };
    expect(await agent('desk.views.order', order)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(idsOf(dataOf(await admin('desk.views.order', order)))).toEqual(order.viewIds);
    expect(idsOf(await all(one)).slice(4)).toEqual(order.viewIds);
  });

  it('have a maximum in each list, also where several are saved at once', async () => {
    const full = newUser();
    const one = callsOf(full);
    const now = new Date();
    const rows = numbered(MAX_VIEWS - 1).map((n) => ({
      ...{
        id: `view_${full}_${n}`,
        name: `View ${n}`,
        nameKey: `of ${n}`,
        owner: full,
        list: full,
        position: Number(n),
      },
      ...{ filters: {}, sort: 'waiting', createdAt: now, updatedAt: now },
    }));
    await server.db.transaction((tx) => tx.savedView.createMany({ data: rows }));
    const outcomes = await Promise.all(numbered(3).map(() => one('desk.views.create', fresh())));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const tooMany = { status: 409, code: 'TOO_MANY_VIEWS' };
    expect(await one('desk.views.create', fresh())).toMatchObject(tooMany);
    const { viewId } = await saved({ shared: true }, one);
    expect(await one('desk.views.change', { viewId, shared: false })).toMatchObject(tooMany);
    dataOf(await one('desk.views.delete', { viewId: rows[0]?.id ?? '' }));
    dataOf(await one('desk.views.change', { viewId, shared: false }));
    await server.db.transaction((tx) => tx.savedView.deleteMany({ where: { owner: full } }));
  });

  it.each([
    { filters: { status: ['Waiting'] } },
    { filters: { team: 'cards' } },
    { filters: [] },
    { filters: { status: ['Open'] }, sort: 'oldest' },
  ])('written by another version, %j, do not break the list, and can be mended', async (written) => {
    const { viewId } = await saved({ filters: { status: ['Open'] }, sort: 'created' });
    const beside = await saved();
    await server.db.transaction((tx) => tx.savedView.updateMany({ where: { id: viewId }, data: written }));
    const listed = await all();
    expect(listed).toContainEqual(beside);
    expect(listed).toContainEqual(expect.objectContaining({ viewId, filters: null, sort: 'waiting' }));
    const mended = dataOf(await agent('desk.views.change', { viewId, filters: { tag: 'a' }, sort: 'updated' }));
    expect(mended).toMatchObject({ filters: { tag: 'a' }, sort: 'updated' });
    dataOf(await agent('desk.views.delete', { viewId }));
  });

  it.each([
    [{ name: ' ' }, ['name']],
    [{ name: 'x'.repeat(101), filters: 'a', sort: 'oldest', shared: 1 }, ['name', 'filters', 'sort', 'shared']],
    [{ name: 'a\0', filters: { status: ['Waiting'] } }, ['name', 'filters.status[0]']],
    [{ name: 'a', filters: { requester: 'a\ud800' } }, ['filters.requester']],
    [{ name: 'a', filters: { q: 'card' } }, ['filters.q']],
    [{ name: 'a', filters: { limit: 20 } }, ['filters.limit']],
    [{ name: 'a', filters: { createdFrom: 'yesterday' } }, ['filters.createdFrom']],
    [{ name: 'a', owner: 'agent_1' }, ['owner']],
  ])('refuse %j', async (input, paths) => {
    const before = await all();
    const { viewId } = before[0] ?? (await saved());
    for (const outcome of [
      await agent('desk.views.create', input),
      await agent('desk.views.change', { viewId, ...input }),
    ]) {
      expect(outcome.status).toBe(400);
      expect(pathsOf(outcome)?.map((path) => path.replaceAll(/\.(\d+)/g, '[$1]'))).toEqual(paths);
    }
    expect(await all()).toEqual(before);
  });

  it('are nothing that customers see; ids that nobody has are a 404', async () => {
    const { viewId } = await saved({ shared: true });
    const customer = open(server.url, customerToken(newUser()));
    const calls: [string, Record<string, unknown>][] = [
      ['list', {}],
      ['create', fresh()],
      ['order', { viewIds: [] }],
      ['change', { viewId, name: 'x' }],
      ['delete', { viewId }],
    ];
    const before = await all();
    for (const [verb, input] of calls) {
      expect(await customer(`desk.views.${verb}`, input)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)(`desk.views.${verb}`, input)).toMatchObject({ status: 401 });
    }
    expect(await all()).toEqual(before);
    for (const id of ['view_1', 'a\0b', viewId.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
      expect(await agent('desk.views.change', { viewId: id, name: 'x' })).toMatchObject(missing);
      expect(await agent('desk.views.delete', { viewId: id })).toMatchObject(missing);
    }
  });
});
