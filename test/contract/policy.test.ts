import type { AnyTRPCProcedure } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/db/handle.js';
import type { Meta } from '../../src/procedure/meta.js';
import { appRouter } from '../../src/router.js';
import { startApp, type TestApp } from '../support/app.js';
import { PNG, upload } from '../support/files.js';
import { Ledger } from '../support/ledger.js';
import { readPage, tableRows } from '../support/markdown.js';
import { administer } from '../support/postgresql-server.js';
import { restClient } from '../support/rest-client.js';
import { explain, recordStatements, type Statement } from '../support/statements.js';
import { adminToken, agentToken, customerToken } from '../support/tokens.js';

/** What docs/api.md says: procedure → caller → status, where the caller makes a difference. */
const documented = new Map(
  tableRows(readPage('docs/api.md').text, 'Procedure').map(([name = '', ...statuses]) => [
    name.replaceAll('`', ''),
    statuses,
  ]),
);

/** The columns of the table. The ticket is always the owner's. */
const CALLERS: [name: string, token: string | undefined][] = [
  ['nobody', undefined],
  ['its owner', customerToken('owner')],
  ['another customer', customerToken('other')],
  ['an agent', agentToken()],
  ['an admin', adminToken()],
];
const OTHER = customerToken('other');

let names = 0;

/** What else is there to be worked on. */
interface There {
  categoryIds: string[];
  macroId: string;
  /** Shared; the agent has made it. */
  viewId: string;
  /** Attached to a ticket of the owner's, who has uploaded it. */
  fileId: string;
  webhookId: string;
  deliveryId: string;
}
const NOTHING: There = { categoryIds: [], macroId: '', viewId: '', fileId: '', webhookId: '', deliveryId: '' };

/** A good input for each procedure; those that take a ticket are about this one. */
const INPUTS: Record<string, (ticketId: string, there: There) => Record<string, unknown>> = {
  'support.tickets.create': () => ({ subject: 's', description: 'd', categoryId: 'category_001' }),
  'support.tickets.list': () => ({}),
  'support.tickets.get': (ticketId) => ({ ticketId }),
  'support.tickets.close': (ticketId) => ({ ticketId, resolution: 'r' }),
  'support.messages.add': (ticketId) => ({ ticketId, message: 'm' }),
  'support.messages.list': (ticketId) => ({ ticketId }),
  'support.categories.list': () => ({}),
  'support.account.get': () => ({}),
  'support.files.upload': () => ({ name: 'a.png' }),
  'support.files.get': (_ticketId, { fileId }) => ({ fileId }),
  'support.files.delete': (_ticketId, { fileId }) => ({ fileId }),
  'support.tickets.files': (ticketId) => ({ ticketId }),
  'desk.tickets.create': () => ({ requester: 'owner', subject: 's', description: 'd', categoryId: 'category_001' }),
  'desk.tickets.get': (ticketId) => ({ ticketId }),
  'desk.tickets.events': (ticketId) => ({ ticketId }),
  'desk.tickets.take': (ticketId) => ({ ticketId }),
  'desk.tickets.assign': (ticketId) => ({ ticketId, agentId: 'agent_7' }),
  'desk.tickets.unassign': (ticketId) => ({ ticketId }),
  'desk.tickets.update': (ticketId) => ({ ticketId, priority: 'High' }),
  'desk.tickets.resolve': (ticketId) => ({ ticketId, resolution: 'r' }),
  'desk.tickets.bulk': (ticketId) => ({ ticketIds: [ticketId], change: { priority: 'High' } }),
  'desk.messages.reply': (ticketId) => ({ ticketId, message: 'm' }),
  'desk.messages.list': (ticketId) => ({ ticketId }),
  'desk.notes.add': (ticketId) => ({ ticketId, content: 'n' }),
  'desk.notes.list': (ticketId) => ({ ticketId }),
  'desk.events.list': () => ({}),
  'desk.events.watch': () => ({}),
  'support.tickets.watch': () => ({}),
  'desk.tickets.list': () => ({}),
  'desk.tickets.counts': () => ({}),
  'desk.search.tickets': () => ({ q: 's' }),
  'support.tickets.rate': (ticketId) => ({ ticketId, score: 5 }),
  'desk.categories.list': () => ({}),
  'desk.categories.create': (ticketId) => ({ name: `Category ${++names} of ${ticketId}`, description: 'd' }),
  'desk.categories.change': () => ({ categoryId: 'category_007', description: 'd' }),
  'desk.categories.order': (_ticketId, { categoryIds }) => ({ categoryIds }),
  'desk.categories.archive': () => ({ categoryId: 'category_007' }),
  'desk.categories.restore': () => ({ categoryId: 'category_001' }),
  'desk.sla.targets': () => ({}),
  'desk.sla.setTarget': () => ({ priority: 'Low', firstResponseMinutes: 1, resolutionMinutes: 1 }),
  'desk.sla.calendar': () => ({}),
  'desk.sla.setCalendar': () => ({
    timeZone: 'Europe/Berlin',
    weeklyHours: [{ day: 'Monday', opens: '09:00', closes: '17:00' }],
    holidays: [],
  }),
  'desk.sla.breaches': () => ({}),
  'desk.figures.get': () => ({ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }),
  'desk.figures.series': () => ({ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }),
  'desk.presence.beat': (ticketId) => ({ ticketId, typing: true }),
  'desk.presence.leave': (ticketId) => ({ ticketId }),
  'desk.tags.list': () => ({}),
  'desk.tags.get': (ticketId) => ({ ticketId }),
  'desk.tags.change': (ticketId) => ({ ticketId, add: ['t'] }),
  'desk.ratings.list': () => ({}),
  'desk.ratings.get': (ticketId) => ({ ticketId }),
  'desk.macros.list': () => ({}),
  'desk.macros.create': (ticketId) => ({ name: `Macro ${++names} of ${ticketId}`, text: 't' }),
  'desk.macros.change': (_ticketId, { macroId }) => ({ macroId, text: 't' }),
  'desk.macros.delete': (_ticketId, { macroId }) => ({ macroId }),
  'desk.macros.render': (ticketId, { macroId }) => ({ macroId, ticketId }),
  'desk.profiles.lookUp': () => ({ userIds: ['owner'] }),
  'desk.profiles.agents': () => ({}),
  'desk.profiles.import': () => ({ profiles: [{ userId: 'owner', name: 'Ann' }] }),
  'desk.profiles.delete': () => ({ userId: 'named' }),
  'desk.views.list': () => ({}),
  'desk.views.create': (ticketId) => ({ name: `View ${++names} of ${ticketId}`, filters: { status: ['Open'] } }),
  'desk.views.order': () => ({ viewIds: [] }),
  'desk.views.change': (_ticketId, { viewId }) => ({ viewId, name: `View ${++names}` }),
  'desk.views.delete': (_ticketId, { viewId }) => ({ viewId }),
  'desk.webhooks.list': () => ({}),
  'desk.webhooks.create': () => ({ url: 'https://example.com/hook' }),
  'desk.webhooks.get': (_ticketId, { webhookId }) => ({ webhookId }),
  'desk.webhooks.change': (_ticketId, { webhookId }) => ({ webhookId, description: 'd' }),
  'desk.webhooks.delete': (_ticketId, { webhookId }) => ({ webhookId }),
  'desk.webhooks.pause': (_ticketId, { webhookId }) => ({ webhookId }),
  'desk.webhooks.resume': (_ticketId, { webhookId }) => ({ webhookId }),
  'desk.webhooks.rotateSecret': (_ticketId, { webhookId }) => ({ webhookId }),
  'desk.webhooks.test': (_ticketId, { webhookId }) => ({ webhookId }),
  'desk.webhooks.deliveries': (_ticketId, { webhookId }) => ({ webhookId }),
  'desk.webhooks.delivery': (_ticketId, { webhookId, deliveryId }) => ({ webhookId, deliveryId }),
  'desk.webhooks.redeliver': (_ticketId, { webhookId, deliveryId }) => ({ webhookId, deliveryId }),
  'desk.webhooks.redeliverSince': (_ticketId, { webhookId }) => ({ webhookId, since: '2026-01-01T00:00:00Z' }),
};

/** What is about a ticket that is closed, or closed and rated. */
const CLOSED = ['support.tickets.rate', 'desk.ratings.get'];
const RATED = ['desk.ratings.get'];

interface Procedure {
  name: string;
  type: string;
  meta: Meta;
}

const procedures: Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>,
).map(([name, { _def }]) => ({
  name,
  type: _def.type,
  meta: _def.meta as Meta,
}));
/** Those that may tell a customer something of a ticket; the others say the same 403 whatever they are asked. */
const onTickets = procedures.filter(
  ({ name, meta }) => meta.policy === 'customer' && 'ticketId' in (INPUTS[name]?.('', NOTHING) ?? {}),
);
const byName = (list: Procedure[]) => list.map((procedure) => [procedure.name, procedure] as const);

describe.each(byName(procedures))('%s', (name, { meta }) => {
  it('declares a policy', () => expect(['customer', 'agent', 'admin']).toContain(meta.policy));
  it('has a line in docs/api.md', () => expect([...documented.keys()]).toContain(name));
  it('has an input in this test', () => expect(Object.keys(INPUTS)).toContain(name));
});

it('the table has no line for a procedure that is not there', () => {
  expect([...documented.keys()].sort()).toEqual(procedures.map((procedure) => procedure.name).sort());
});

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

type Call = (url: string, procedure: Procedure, input: Record<string, unknown>, token?: string) => Promise<Answer>;

async function send(url: string, method: string, body: unknown, token?: string): Promise<Answer> {
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const answer = await fetch(url, {
    method,
    headers: {
      'x-request-id': 'policy',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(hasBody && { 'content-type': 'application/json' }),
    },
    ...(hasBody && { body: JSON.stringify(body) }),
  });
  const { date: _, ...headers } = Object.fromEntries(answer.headers);
  if (headers['content-type']?.startsWith('text/event-stream')) {
    // It would go on.
    await answer.body?.cancel();
    return { status: answer.status, headers, body: '' };
  }
  return { status: answer.status, headers, body: await answer.text() };
}

async function sendFile(url: string, token?: string): Promise<Answer> {
  const headers = { ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: 'POST', headers, body: PNG });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}

const callTrpc: Call = (url, { name, type }, input, token) => {
  if (type === 'mutation') return send(`${url}/trpc/${name}`, 'POST', input, token);
  return send(`${url}/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`, 'GET', undefined, token);
};

function restOf({ openapi, stream }: Meta): { method: string; path: string } | undefined {
  return openapi ?? (stream && { method: 'GET', path: stream.path });
}

const callRest: Call = (url, { meta }, input, token) => {
  const { method, path } = restOf(meta) ?? { method: 'GET', path: '/' };
  const rest = { ...input };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    delete rest[name];
    return encodeURIComponent(String(input[name]));
  });
  if (meta.takesFile) return sendFile(`${url}${filled}?${new URLSearchParams(rest as Record<string, string>)}`, token);
  const query = method === 'GET' ? `?${new URLSearchParams(rest as Record<string, string>)}` : '';
  return send(url + filled + query, method, rest, token);
};

const SURFACES: [name: string, call: Call, has: (procedure: Procedure) => boolean][] = [
  ['REST', callRest, ({ meta }) => restOf(meta) !== undefined],
  ['tRPC', callTrpc, ({ meta }) => !meta.takesFile],
];

describe.each(['sqlite', 'postgresql'] satisfies Engine[])('on %s', (engine) => {
  let server: TestApp;
  let ledger: Ledger;
  beforeAll(async () => {
    server = await startApp({ engine });
    if (engine === 'postgresql') await fill(server.databaseUrl);
    ledger = await Ledger.open(server.databaseUrl);
  });
  afterAll(async () => {
    await ledger[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function newTicket(name = ''): Promise<string> {
    const input = { subject: 's', description: 'd', categoryId: 'category_001' };
    const owner = restClient(server.url, customerToken('owner'));
    const { body } = await owner.post('/support/tickets', input);
    const path = `/support/tickets/${body.data.ticketId}`;
    if (CLOSED.includes(name)) await owner.post(`${path}/close`);
    if (RATED.includes(name)) await owner.post(`${path}/rating`, { score: 5 });
    await ledger.take();
    return body.data.ticketId;
  }

  async function makeThere(): Promise<There> {
    const admin = restClient(server.url, adminToken());
    const categories = (await admin.get('/support/categories')).body.data as { categoryId: string }[];
    const macro = await admin.post('/desk/macros', { name: `Macro ${++names}`, text: '{{ticket.id}}' });
    const viewId = await makeView();
    await admin.post('/desk/profiles/import', { profiles: [{ userId: 'named', name: 'Ann' }] });
    const file = await upload(server.url, customerToken('owner'), PNG);
    const { fileId } = file.ok ? file.data : { fileId: '' };
    const input = { subject: 's', description: 'd', categoryId: 'category_001', attachments: [fileId] };
    await restClient(server.url, customerToken('owner')).post('/support/tickets', input);
    const { webhookId, deliveryId } = await makeWebhook();
    return {
      webhookId,
      deliveryId,
      categoryIds: categories.map(({ categoryId }) => categoryId),
      macroId: macro.body.data.macroId,
      viewId,
      fileId,
    };
  }

  /** The only one: there may be 100. */
  async function makeView(): Promise<string> {
    const agent = restClient(server.url, agentToken());
    for (const { viewId } of (await agent.get('/desk/views')).body.data) {
      await agent.call('DELETE', `/desk/views/${viewId}`);
    }
    const admin = restClient(server.url, adminToken());
    for (const { viewId } of (await admin.get('/desk/views')).body.data) {
      await admin.call('DELETE', `/desk/views/${viewId}`);
    }
    return (await agent.post('/desk/views', { name: 'Shared', shared: true })).body.data.viewId;
  }

  /** The only one: there may be 20. */
  async function makeWebhook(): Promise<{ webhookId: string; deliveryId: string }> {
    const admin = restClient(server.url, adminToken());
    for (const { webhookId } of (await admin.get('/desk/webhooks')).body.data) {
      await admin.call('DELETE', `/desk/webhooks/${webhookId}`);
    }
    const { webhookId } = (await admin.post('/desk/webhooks', { url: 'https://example.com/hook' })).body.data;
    return (await admin.post(`/desk/webhooks/${webhookId}/test`)).body.data;
  }

  describe.each(SURFACES)('over %s', (_surface, call, has) => {
    describe.each(byName(procedures.filter(has)))('%s', (name, procedure) => {
      it.each(CALLERS)('answers %s as docs/api.md says', async (caller, token) => {
        const status = documented.get(name)?.[CALLERS.findIndex(([other]) => other === caller)];
        const there = await makeThere();
        const ticketId = await newTicket(name);
        const answer = await call(server.url, procedure, INPUTS[name]?.(ticketId, there) ?? {}, token);
        // Where the procedure takes no ticket, another customer is just a customer.
        const expected = status === '–' ? 200 : Number(status);
        expect(answer.status).toBe(expected);
        if (expected !== 200) expect(await ledger.take()).toEqual([]);
      });
    });

    describe.each(byName(onTickets.filter(has)))('%s', (name, procedure) => {
      it("can't tell another's ticket from one that is not there", async () => {
        const theirs = await newTicket();
        const missing = theirs.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
        // Once before, so that neither of the two is the first of its kind.
        await call(server.url, procedure, INPUTS[name]?.(missing, NOTHING) ?? {}, OTHER);

        const [forbidden, forbiddenWork] = await recorded(() =>
          call(server.url, procedure, INPUTS[name]?.(theirs, NOTHING) ?? {}, OTHER),
        );
        const [absent, absentWork] = await recorded(() =>
          call(server.url, procedure, INPUTS[name]?.(missing, NOTHING) ?? {}, OTHER),
        );
        expect(forbidden).toEqual(absent);
        expect(forbidden.status).toBe(404);
        expect(await ledger.take()).toEqual([]);
        expect(forbiddenWork.map(({ sql }) => sql)).toEqual(absentWork.map(({ sql }) => sql));
        for (const [work, ticketId] of [
          [forbiddenWork, theirs],
          [absentWork, missing],
        ] as const) {
          const lookUps = work.filter(({ sql }) => /\btickets\b/.test(sql));
          expect(lookUps).not.toEqual([]);
          for (const lookUp of lookUps) {
            expect(lookUp.values).toEqual(expect.arrayContaining([ticketId, 'other']));
            const plan = await explain(server.databaseUrl, lookUp);
            expect(plan).toMatch(PRIMARY_KEY[engine]);
            expect(plan).not.toMatch(/Seq Scan on tickets|^SCAN tickets/m);
          }
        }
      });
    });
  });

  async function recorded<T>(work: () => Promise<T>): Promise<[T, Statement[]]> {
    using recording = recordStatements(engine);
    const result = await work();
    return [result, [...recording.statements]];
  }
});

/** As many tickets of each customer's as make reading them all a bad plan, and what the planner wants to know of them. */
async function fill(databaseUrl: string): Promise<void> {
  await administer(
    databaseUrl,
    `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
    SELECT 'ticket_' || n, (ARRAY['owner', 'other'])[1 + n % 2], 's', 'd', 'Open', 'Low', 'category_001', '[]', now(), now()
    FROM generate_series(1, 5000) n`,
  );
  await administer(databaseUrl, 'ANALYZE');
}

const PRIMARY_KEY: Record<Engine, RegExp> = {
  sqlite: /^SEARCH tickets USING (COVERING )?INDEX sqlite_autoindex_tickets_1 \(id=\?\)$/m,
  postgresql: /Index Scan using tickets_pkey on tickets/,
};
