import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_MACROS, MAX_MACROS_BYTES } from '../../../src/macros/require-room.js';
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
const fresh = (text = 'Thank you') => ({ name: `Macro ${String(++names).padStart(4, '0')}`, text });

describe.each(CALLS)('saved replies over %s', (_name, open) => {
  let admin: Call;
  let agent: Call;
  let customer: Call;
  const requester = newUser();
  beforeAll(() => {
    admin = open(server.url, adminToken());
    agent = open(server.url, agentToken('agent_7'));
    customer = open(server.url, customerToken(requester));
  });
  const saved = async (text?: string) => dataOf(await admin('desk.macros.create', fresh(text)));
  const ticket = async (over: object = {}): Promise<string> =>
    dataOf(await customer('support.tickets.create', { ...NEW_TICKET, ...over })).ticketId;
  const all = async () => dataOf(await agent('desk.macros.list', { limit: 100 }));

  it('are saved, listed by name for every agent, page by page', async () => {
    const [first, second] = [await saved(' exactly\nas sent '), await saved()];
    expect(first).toEqual({
      macroId: expect.stringMatching(/^macro_[0-9a-f-]{36}$/),
      name: expect.any(String),
      text: ' exactly\nas sent ',
      updatedAt: expect.stringMatching(TIMESTAMP),
    });
    const listed = await all();
    expect(listed.slice(-2)).toEqual([first, second]);
    const outcome = await agent('desk.macros.list', { page: listed.length, limit: 1 });
    expect(dataOf(outcome)).toEqual([second]);
    expect(outcome.headers.get('x-total-count')).toBe(String(listed.length));
  });

  it('are in the order that people know, page by page, and found by what is in their names', async () => {
    const group = `¡${++names}!`;
    const inOrder = ['äpfel', 'Birne 9', 'birne 10', 'Éclair', 'zug', 'Zürich', 'Ωmega', 'яблоко'].map(
      (name) => `${group} ${name}`,
    );
    for (const name of inOrder.toReversed()) dataOf(await admin('desk.macros.create', { name, text: name }));
    const found = async (name: string, page: object = {}) => {
      const outcome = await agent('desk.macros.list', { name, ...page });
      const listed = dataOf(outcome).map((one: { name: string; text: string }) => [one.name, one.text]);
      return [listed, outcome.headers.get('x-total-count')];
    };
    const expected = (some: string[], total = some.length) => [some.map((name) => [name, name]), String(total)];
    expect(await found(group)).toEqual(expected(inOrder));
    expect(await found(group, { page: 2, limit: 3 })).toEqual(expected(inOrder.slice(3, 6), 8));
    expect(await found(group, { page: 4, limit: 3 })).toEqual(expected([], 8));
    expect(await found(group, { page: Number.MAX_SAFE_INTEGER, limit: 100 })).toEqual(expected([], 8));
    expect(await found(`${group} BIRNE`)).toEqual(expected(inOrder.slice(1, 3)));
    expect(await found(`${group} zu`)).toEqual(expected(inOrder.slice(4, 6)));
    expect(await found(`${group} e\u0301C`)).toEqual(expected(inOrder.slice(3, 4)));
    expect(await found(`${group} ЯБЛ`)).toEqual(expected(inOrder.slice(7)));
    expect(await found('%')).toEqual(expected([]));
    expect(pathsOf(await agent('desk.macros.list', { name: ' ' }))).toEqual(['name']);
  });

  it('change as far as is given', async () => {
    const { macroId, name, updatedAt } = await saved();
    const changed = dataOf(await admin('desk.macros.change', { macroId, text: 'Other' }));
    expect(changed).toMatchObject({ macroId, name, text: 'Other' });
    expect(changed.updatedAt > updatedAt).toBe(true);
    const renamed = dataOf(await admin('desk.macros.change', { macroId, name: fresh().name }));
    expect(renamed).toMatchObject({ macroId, text: 'Other' });
    expect(await all()).toContainEqual(renamed);
    // Its own name is free for it.
    expect((await admin('desk.macros.change', { macroId, name: renamed.name })).ok).toBe(true);
  });

  it('go for good', async () => {
    const { macroId } = await saved();
    expect(dataOf(await admin('desk.macros.delete', { macroId }))).toEqual({ macroId });
    expect((await all()).map((one: { macroId: string }) => one.macroId)).not.toContain(macroId);
    expect(await admin('desk.macros.delete', { macroId })).toMatchObject({ status: 404, message: 'Macro not found' });
  });

  it('no two have the same name, also where many are saved at once', async () => {
    const sent = fresh();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => admin('desk.macros.create', sent)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
    const { macroId, name } = await saved();
    const taken = { status: 409, code: 'NAME_TAKEN' };
    expect(await admin('desk.macros.change', { macroId, name: sent.name })).toMatchObject(taken);
    expect((await all()).filter((one: { name: string }) => one.name === sent.name)).toHaveLength(1);
    expect(await all()).toContainEqual(expect.objectContaining({ macroId, name }));
  });

  describe('have a maximum', () => {
    const now = new Date();
    const rows = (count: number, text: string) =>
      numbered(count).map((n) => ({ id: `macro_${n}`, name: `Macro ${n}`, text, createdAt: now, updatedAt: now }));
    const fill = (count: number, text: string) =>
      server.db.transaction((tx) => tx.macro.createMany({ data: rows(count, text) }));
    const clear = () => server.db.transaction((tx) => tx.macro.deleteMany());
    const stored = () => server.db.reader.macro.findMany({ orderBy: { id: 'asc' } });
    const refused = async (call: Promise<unknown>) => {
      const before = await stored();
      expect(await call).toMatchObject({ ok: false, status: 409, code: 'TOO_MANY_MACROS' });
      expect(await stored()).toEqual(before);
    };
    beforeEach(clear);
    afterEach(clear);

    it('of 1,000, also where several are saved at once', async () => {
      await fill(MAX_MACROS - 1, 'x');
      const outcomes = await Promise.all(numbered(3).map(() => admin('desk.macros.create', fresh())));
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect((await stored()).length).toBe(1_000);
      await refused(admin('desk.macros.create', fresh()));
      // What is there can be changed, and what goes makes room.
      dataOf(await admin('desk.macros.change', { macroId: 'macro_1', text: 'y' }));
      dataOf(await admin('desk.macros.delete', { macroId: 'macro_2' }));
      dataOf(await admin('desk.macros.create', fresh()));
    });

    it('of 2 MiB of text, so that no page has more', async () => {
      // 39,500 bytes each, and their names: some thousands are left.
      await fill(53, '😀'.repeat(9_875));
      const used = (await stored()).reduce((sum, { name, text }) => sum + Buffer.byteLength(name + text), 0);
      const left = MAX_MACROS_BYTES - used;
      const { name } = fresh();
      await refused(admin('desk.macros.create', { name, text: 'x'.repeat(left - name.length + 1) }));
      const { macroId } = dataOf(await admin('desk.macros.create', { name, text: 'x'.repeat(left - name.length) }));
      await refused(admin('desk.macros.change', { macroId, text: 'x'.repeat(left - name.length + 1) }));
      await refused(admin('desk.macros.change', { macroId, name: `${name}!` }));
      dataOf(await admin('desk.macros.change', { macroId, text: 'Short' }));
      expect((await all()).length).toBe(54);
    });
  });

  it('are filled in for a ticket, and nothing is sent', async () => {
    const ticketId = await ticket({ subject: 'On $& and {{agent}}', priority: 'High', categoryId: 'category_002' });
    const { macroId } = await saved(
      '{{ticket.id}}|{{ ticket.subject }}|{{ticket.status}}|{{ticket.priority}}|{{requester}}|{{agent}}|{{category}}|{x} }}|{{"{{"}}name}}|{{ "{{" }}{',
    );
    expect(dataOf(await agent('desk.macros.render', { macroId, ticketId }))).toEqual({
      text: `${ticketId}|On $& and {{agent}}|Open|High|${requester}|agent_7|Loan Questions|{x} }}|{{name}}|{{{`,
    });
    expect(dataOf(await customer('support.tickets.get', { ticketId }))).toMatchObject({ messages: [], status: 'Open' });
  });

  it('may be as long as a message, filled in too', async () => {
    const ticketId = await ticket({ subject: '😀'.repeat(200) });
    const limit = await saved(`${'😀'.repeat(9800 - '{{ticket.subject}}'.length)}${'x'.repeat(18)}{{ticket.subject}}`);
    const { text } = dataOf(await agent('desk.macros.render', { macroId: limit.macroId, ticketId }));
    expect([...text]).toHaveLength(10_000);
    const over = await saved(`${'x'.repeat(9801)}{{ticket.subject}}`);
    expect(await agent('desk.macros.render', { macroId: over.macroId, ticketId })).toMatchObject({
      status: 409,
      code: 'MACRO_TOO_LONG',
    });
  });

  it('are for a ticket and of a macro that are there', async () => {
    const ticketId = await ticket();
    const { macroId } = await saved();
    const missing = macroId.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'));
    for (const id of [missing, 'a\0b', 'macro_1']) {
      const outcome = await agent('desk.macros.render', { macroId: id, ticketId });
      expect(outcome).toMatchObject({ status: 404, code: 'NOT_FOUND', message: 'Macro not found' });
      expect(await admin('desk.macros.change', { macroId: id, text: 'x' })).toMatchObject({ status: 404 });
      expect(await admin('desk.macros.delete', { macroId: id })).toMatchObject({ status: 404 });
    }
    for (const id of ['ticket_1', ticketId.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
      const outcome = await agent('desk.macros.render', { macroId, ticketId: id });
      expect(outcome).toMatchObject({ status: 404, code: 'NOT_FOUND', message: 'Ticket not found' });
    }
  });

  it.each([
    [{ name: '', text: ' ' }, ['name', 'text']],
    [{ name: 'x'.repeat(101), text: 'x'.repeat(10_001) }, ['name', 'text']],
    [{ name: 'a', text: 'Dear {{customer}}' }, ['text']],
    [{ name: 'a', text: 'Dear {{Requester}}' }, ['text']],
    [{ name: 'a', text: 'Dear {{requester' }, ['text']],
    [{ name: 'a', text: '{{constructor}}' }, ['text']],
    [{ name: 'a', text: '{{"{{"}' }, ['text']],
    [{ name: 'a', text: '{{"{{"}}{{' }, ['text']],
    [{ name: 'a', text: 'b', shared: true }, ['shared']],
  ])('refuse %j', async (input, paths) => {
    const before = await all();
    const { macroId } = before[0] ?? (await saved());
    const outcomes = [
      await admin('desk.macros.create', input),
      await admin('desk.macros.change', { macroId, ...input }),
    ];
    for (const outcome of outcomes) {
      expect(outcome.status).toBe(400);
      expect(pathsOf(outcome)).toEqual(paths);
    }
    expect(await all()).toEqual(before);
  });

  it('are written by admins, and are nothing that customers see', async () => {
    const { macroId } = await saved();
    const ticketId = await ticket();
    const before = await all();
    const calls: [string, Record<string, unknown>, allowed: boolean][] = [
      ['list', {}, true],
      ['create', fresh(), false],
      ['change', { macroId, text: 'x' }, false],
      ['delete', { macroId }, false],
      ['render', { macroId, ticketId }, true],
    ];
    for (const [verb, input, forAgents] of calls) {
      expect((await agent(`desk.macros.${verb}`, input)).status).toBe(forAgents ? 200 : 403);
      expect(await customer(`desk.macros.${verb}`, input)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)(`desk.macros.${verb}`, input)).toMatchObject({ status: 401 });
    }
    expect(await all()).toEqual(before);
  });
});
