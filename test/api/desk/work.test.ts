import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { historyOf, lastEvent } from '../../support/desk.js';
import { fileOfOthers } from '../../support/files.js';
import { IMPOSSIBLE_IDS } from '../../support/ids.js';
import { SURFACES, type Surface } from '../../support/surfaces.js';
import { dataOf, newUser, openTicket, pathsOf, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

// Time that stands still: what has to move, moves by itself.
const NOW = new Date('2026-01-22T16:30:00.123Z');
const at = (ms: number) => new Date(NOW.getTime() + ms).toISOString();

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock: { now: () => NOW } });
});
afterAll(() => server[Symbol.asyncDispose]());

const MISSING = 'ticket_01936b2e-7c1f-7abc-8def-0123456789ab';
const stateOf = async (agent: Surface, ticketId: string) => {
  const { messages: _, notes: __, ...rest } = dataOf(await agent.desk.get(ticketId));
  return rest;
};

describe.each(SURFACES)('the desk over %s', (_name, open) => {
  const userId = newUser();
  let customer: Surface;
  let agent: Surface;
  let other: Surface;
  beforeAll(() => {
    customer = open(server.url, customerToken(userId));
    agent = open(server.url, agentToken('agent_1'));
    other = open(server.url, agentToken('agent_2'));
  });

  /** Each verb on a ticket, with an input that is right. */
  const VERBS: [name: string, call: (surface: Surface, ticketId: string) => ReturnType<Surface['list']>][] = [
    ['get', (surface, id) => surface.desk.get(id)],
    ['events', (surface, id) => surface.desk.ticketEvents(id)],
    ['take', (surface, id) => surface.desk.take(id)],
    ['assign', (surface, id) => surface.desk.assign(id, { agentId: 'agent_9' })],
    ['unassign', (surface, id) => surface.desk.unassign(id)],
    ['update', (surface, id) => surface.desk.update(id, { priority: 'Critical' })],
    ['resolve', (surface, id) => surface.desk.resolve(id)],
    ['reply', (surface, id) => surface.desk.reply(id, { message: 'm' })],
    ['note', (surface, id) => surface.desk.note(id, { content: 'n' })],
  ];

  describe.each(VERBS)('%s', (_verb, call) => {
    it('is a 401 without a token, and a 403 to every customer, whose ticket it may be', async () => {
      const ticketId = await openTicket(customer);
      await withoutEffect(server.db, async () => {
        expect(await call(open(server.url), ticketId)).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
        for (const id of [ticketId, MISSING]) {
          expect(await call(customer, id)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
        }
      });
    });

    it('is a 404 where there is no such ticket', async () => {
      for (const id of [MISSING, ...IMPOSSIBLE_IDS.map(([, make]) => make(MISSING))]) {
        expect(await call(agent, id)).toMatchObject({ status: 404, message: 'Ticket not found' });
      }
    });
  });

  it('refuses what is wrong by name, and changes nothing', async () => {
    const ticketId = await openTicket(customer);
    const long = 'x'.repeat(256);
    const wrong: [call: () => ReturnType<Surface['list']>, paths: string[]][] = [
      [() => agent.desk.assign(ticketId), ['agentId']],
      ...['', ' ', '\u3000', ' agent_2', 'agent_2\u00a0', 'system', long, 'a\nb', '\u0000', '\ud800', 5, null].map(
        (agentId) => [() => agent.desk.assign(ticketId, { agentId }), ['agentId']] as [never, string[]],
      ),
      [() => agent.desk.take(ticketId, { agentId: 'agent_2' }), ['agentId']],
      [() => agent.desk.update(ticketId, { status: 'Done', priority: 'Urgent' }), ['status', 'priority']],
      [() => agent.desk.update(ticketId, { assignedAgent: 'agent_2' }), ['assignedAgent']],
      [() => agent.desk.update(ticketId, { version: 0 }), ['version']],
      [() => agent.desk.update(ticketId, { categoryId: 'category_404' }), ['categoryId']],
      [() => agent.desk.update(ticketId, { categoryId: 'a\u0000' }), ['categoryId']],
      [() => agent.desk.resolve(ticketId, { resolution: 'x'.repeat(2001) }), ['resolution']],
      [() => agent.desk.reply(ticketId, { message: ' ' }), ['message']],
      [() => agent.desk.note(ticketId, { content: ' ', message: 'm' }), ['content', 'message']],
      [() => agent.desk.bulk({ ticketIds: [], change: {} }), ['ticketIds']],
      [() => agent.desk.bulk({ ticketIds: Array(101).fill(ticketId), change: {} }), ['ticketIds']],
      [() => agent.desk.bulk({ ticketIds: [ticketId], change: { agentId: 'a' } }), ['change.agentId']],
      [
        () => agent.desk.bulk({ ticketIds: [ticketId], change: { assignedAgent: 'agent_2 ' } }),
        ['change.assignedAgent'],
      ],
      [() => agent.desk.events({ after: 'not-a-cursor' }), ['after']],
      [() => agent.desk.ticketEvents(ticketId, { after: 'WyJhIl0' }), ['after']],
    ];
    await withoutEffect(server.db, async () => {
      for (const [call, paths] of wrong) {
        const outcome = await call();
        expect(outcome).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
        expect(pathsOf(outcome)?.sort()).toEqual(paths.sort());
      }
    });
  });

  it('shows the desk everything, in order', async () => {
    const ticketId = await openTicket(customer, { attachments: ['file_1'] });
    const first = dataOf(await customer.addMessage(ticketId, { message: 'Hello?', attachments: ['file_2'] }));
    const note = dataOf(await agent.desk.note(ticketId, { content: 'A note', attachments: ['file_3'] }));
    const reply = dataOf(await agent.desk.reply(ticketId, { message: 'Hello!' }));
    expect(Object.keys(reply)).toEqual(['messageId', 'ticketId', 'content', 'timestamp']);
    const second = dataOf(await other.desk.note(ticketId, { content: 'Another' }));
    await server.db.transaction((tx) =>
      tx.ticketTag.createMany({ data: ['z', 'a'].map((tag) => ({ tag, ticketId })) }),
    );
    expect(dataOf(await agent.desk.get(ticketId))).toEqual({
      ticketId,
      userId,
      subject: 'A subject',
      description: 'A description',
      status: 'In Progress',
      priority: 'Medium',
      categoryId: 'category_001',
      assignedAgent: null,
      attachments: ['file_1'],
      files: [fileOfOthers('file_1')],
      messages: [
        {
          messageId: first.messageId,
          sender: userId,
          content: 'Hello?',
          attachments: ['file_2'],
          files: [fileOfOthers('file_2')],
          timestamp: at(1),
        },
        {
          messageId: reply.messageId,
          sender: 'agent_1',
          content: 'Hello!',
          attachments: [],
          files: [],
          timestamp: at(3),
        },
      ],
      messageCount: 2,
      olderMessages: null,
      notes: [
        {
          noteId: note.noteId,
          author: 'agent_1',
          content: 'A note',
          attachments: ['file_3'],
          files: [fileOfOthers('file_3')],
          timestamp: at(2),
        },
        { noteId: second.noteId, author: 'agent_2', content: 'Another', attachments: [], files: [], timestamp: at(4) },
      ],
      noteCount: 2,
      olderNotes: null,
      tags: ['a', 'z'],
      presence: [],
      resolution: null,
      version: 5,
      waitingSince: null,
      firstResponseAt: at(3),
      firstResponseDueAt: null,
      resolutionDueAt: new Date(Date.parse(at(0)) + 3 * 86_400_000).toISOString(),
      resolvedAt: null,
      closedAt: null,
      createdAt: at(0),
      updatedAt: at(3),
    });
    expect(note.noteId).toMatch(/^note_/);
  });

  it('lets a ticket be taken, once: another is told by whom', async () => {
    const ticketId = await openTicket(customer);
    const taken = dataOf(await agent.desk.take(ticketId));
    expect(taken).toEqual({
      ticketId,
      status: 'In Progress',
      priority: 'Medium',
      categoryId: 'category_001',
      assignedAgent: 'agent_1',
      resolution: null,
      version: 2,
      updatedAt: at(1),
    });
    expect(dataOf(await customer.get(ticketId))).toMatchObject({ status: 'In Progress', assignedAgent: 'agent_1' });
    await withoutEffect(server.db, async () => {
      expect(dataOf(await agent.desk.take(ticketId))).toEqual(taken);
      const refused = await other.desk.take(ticketId);
      expect(refused).toMatchObject({ status: 409, code: 'TICKET_TAKEN', message: 'agent_1 has this ticket' });
    });
  });

  it('lets one of two win who take it at once', async () => {
    const ticketId = await openTicket(customer);
    const agents = ['a', 'b', 'c', 'd'].map((name) => open(server.url, agentToken(`agent_${name}`)));
    const outcomes = await Promise.all(agents.map((one) => one.desk.take(ticketId)));
    const winners = outcomes.filter((outcome) => outcome.ok);
    expect(winners).toHaveLength(1);
    const { assignedAgent } = dataOf(winners[0] as never);
    for (const outcome of outcomes.filter(({ ok }) => !ok)) {
      expect(outcome).toMatchObject({ status: 409, code: 'TICKET_TAKEN', message: `${assignedAgent} has this ticket` });
    }
    expect(await historyOf(agent, ticketId)).toHaveLength(2);
  });

  it('takes `me` for whoever asks', async () => {
    const ticketId = await openTicket(customer);
    const mine = { assignedAgent: 'agent_1', status: 'In Progress' };
    expect(dataOf(await agent.desk.assign(ticketId, { agentId: 'me' }))).toMatchObject(mine);
    expect((await lastEvent(agent, ticketId))?.after).toEqual(mine);
    dataOf(await other.desk.bulk({ ticketIds: [ticketId], change: { assignedAgent: 'me' } }));
    expect(await stateOf(agent, ticketId)).toMatchObject({ assignedAgent: 'agent_2' });
  });

  it('hands over, and puts back', async () => {
    const ticketId = await openTicket(customer);
    dataOf(await agent.desk.assign(ticketId, { agentId: 'agent_2' }));
    dataOf(await other.desk.assign(ticketId, { agentId: 'Ägent «3»' }));
    expect(dataOf(await agent.desk.unassign(ticketId))).toMatchObject({ assignedAgent: null, status: 'In Progress' });
    await withoutEffect(server.db, async () => dataOf(await agent.desk.unassign(ticketId)));
    expect((await historyOf(agent, ticketId)).slice(1)).toEqual([
      {
        type: 'ticket.assigned',
        actor: 'agent_1',
        before: { assignedAgent: null, status: 'Open' },
        after: { assignedAgent: 'agent_2', status: 'In Progress' },
      },
      {
        type: 'ticket.assigned',
        actor: 'agent_2',
        before: { assignedAgent: 'agent_2' },
        after: { assignedAgent: 'Ägent «3»' },
      },
      {
        type: 'ticket.unassigned',
        actor: 'agent_1',
        before: { assignedAgent: 'Ägent «3»' },
        after: { assignedAgent: null },
      },
    ]);
  });

  it('writes an event for each change, with what was and what is', async () => {
    const ticketId = await openTicket(customer, { priority: 'Low' });
    const steps: [call: () => ReturnType<Surface['list']>, event: object][] = [
      [
        () => agent.desk.update(ticketId, { priority: 'High', categoryId: 'category_002' }),
        {
          type: 'ticket.updated',
          actor: 'agent_1',
          before: { priority: 'Low', categoryId: 'category_001' },
          after: { priority: 'High', categoryId: 'category_002' },
        },
      ],
      [
        () => agent.desk.update(ticketId, { status: 'In Progress', priority: 'High' }),
        { type: 'ticket.updated', before: { status: 'Open' }, after: { status: 'In Progress' } },
      ],
      [
        () => agent.desk.resolve(ticketId, { resolution: 'Done' }),
        {
          type: 'ticket.resolved',
          before: { status: 'In Progress', resolution: null },
          after: { status: 'Resolved', resolution: 'Done' },
        },
      ],
      [
        () => agent.desk.update(ticketId, { status: 'In Progress' }),
        {
          type: 'ticket.reopened',
          before: { status: 'Resolved', resolution: 'Done' },
          after: { status: 'In Progress', resolution: null },
        },
      ],
      [
        () => agent.desk.resolve(ticketId, { resolution: ' ' }),
        { type: 'ticket.resolved', before: { status: 'In Progress' }, after: { status: 'Resolved' } },
      ],
      [
        () => customer.addMessage(ticketId, { message: 'No' }),
        { type: 'ticket.reopened', actor: userId, before: { status: 'Resolved' }, after: { status: 'Open' } },
      ],
      [
        () => agent.desk.reply(ticketId, { message: 'Yes' }),
        {
          type: 'message.added',
          actor: 'agent_1',
          before: { status: 'Open' },
          after: { status: 'In Progress', messageId: expect.stringMatching(/^msg_/) },
        },
      ],
      [
        () => customer.addMessage(ticketId, { message: 'Oh' }),
        { type: 'message.added', before: {}, after: { messageId: expect.stringMatching(/^msg_/) } },
      ],
      [
        () => agent.desk.note(ticketId, { content: 'SECRET' }),
        { type: 'note.added', actor: 'agent_1', before: {}, after: { noteId: expect.stringMatching(/^note_/) } },
      ],
      [
        () => customer.close(ticketId),
        { type: 'ticket.closed', actor: userId, before: { status: 'In Progress' }, after: { status: 'Closed' } },
      ],
    ];
    expect(await lastEvent(agent, ticketId)).toEqual({
      type: 'ticket.created',
      actor: userId,
      before: {},
      after: { status: 'Open', priority: 'Low', categoryId: 'category_001' },
    });
    let { version } = await stateOf(agent, ticketId);
    for (const [call, event] of steps) {
      dataOf(await call());
      const last = await lastEvent(agent, ticketId);
      expect(last).toEqual({ actor: last?.actor, ...event });
      expect((await stateOf(agent, ticketId)).version).toBe(++version);
    }
    // One more for the opening, and one for the message that reopened it.
    const history = await historyOf(agent, ticketId);
    expect(history).toHaveLength(steps.length + 2);
    const [written] = history.slice(
      history.findLastIndex(({ type }: { type: string }) => type === 'ticket.reopened') - 1,
    );
    const messageId = expect.stringMatching(/^msg_/);
    expect(written).toEqual({ type: 'message.added', actor: userId, before: {}, after: { messageId } });
    expect((await stateOf(agent, ticketId)).resolution).toBe(null);
    await withoutEffect(server.db, async () => dataOf(await customer.close(ticketId, { resolution: 'Again' })));
    const closedByDesk = await openTicket(customer);
    dataOf(await agent.close(closedByDesk, { resolution: 'A duplicate' }));
    expect(await lastEvent(agent, closedByDesk)).toEqual({
      type: 'ticket.closed',
      actor: 'agent_1',
      before: { status: 'Open', resolution: null },
      after: { status: 'Closed', resolution: 'A duplicate' },
    });
  });

  it('keeps the times of waiting, of the first answer and of resolving', async () => {
    const ticketId = await openTicket(customer);
    const times = async () => {
      const { waitingSince, firstResponseAt, resolvedAt, closedAt } = await stateOf(agent, ticketId);
      return [waitingSince, firstResponseAt, resolvedAt, closedAt];
    };
    const timesAfter = async (call: Promise<unknown>) => {
      dataOf((await call) as never);
      return times();
    };
    expect(await times()).toEqual([at(0), null, null, null]);
    expect(await timesAfter(customer.addMessage(ticketId, { message: '1' }))).toEqual([at(0), null, null, null]);
    expect(await timesAfter(agent.desk.take(ticketId))).toEqual([at(0), null, null, null]);
    expect(await timesAfter(agent.desk.reply(ticketId, { message: '3' }))).toEqual([null, at(3), null, null]);
    expect(await timesAfter(customer.addMessage(ticketId, { message: '4' }))).toEqual([at(4), at(3), null, null]);
    expect(await timesAfter(agent.addMessage(ticketId, { message: '5' }))).toEqual([null, at(3), null, null]);
    expect(await timesAfter(customer.addMessage(ticketId, { message: '6' }))).toEqual([at(6), at(3), null, null]);
    expect(await timesAfter(agent.desk.resolve(ticketId))).toEqual([null, at(3), at(7), null]);
    expect(await timesAfter(customer.addMessage(ticketId, { message: '8' }))).toEqual([at(8), at(3), null, null]);
    expect(await timesAfter(agent.desk.update(ticketId, { status: 'Resolved' }))).toEqual([null, at(3), at(9), null]);
    expect(await timesAfter(agent.desk.update(ticketId, { status: 'In Progress' }))).toEqual([null, at(3), null, null]);
    expect(await timesAfter(agent.desk.resolve(ticketId))).toEqual([null, at(3), at(11), null]);
    expect(await timesAfter(customer.close(ticketId))).toEqual([null, at(3), at(11), at(12)]);
    const short = await openTicket(customer);
    dataOf(await agent.desk.update(short, { status: 'Closed' }));
    expect(await stateOf(agent, short)).toMatchObject({ waitingSince: null, resolvedAt: null, closedAt: at(1) });
  });

  it('changes what is still of the version that was read, and says which it is otherwise', async () => {
    const ticketId = await openTicket(customer);
    expect(dataOf(await agent.desk.update(ticketId, { priority: 'High', version: 1 })).version).toBe(2);
    await withoutEffect(server.db, async () => {
      expect(await other.desk.update(ticketId, { priority: 'Low', version: 1 })).toMatchObject({
        status: 409,
        code: 'VERSION_CONFLICT',
        message: 'The ticket has changed meanwhile: its version is 2',
      });
      expect(dataOf(await other.desk.update(ticketId, { priority: 'High', version: 2 })).version).toBe(2);
      expect(dataOf(await other.desk.update(ticketId)).version).toBe(2);
    });
    const both = await Promise.all(
      [agent, other].map((one, index) =>
        one.desk.update(ticketId, { priority: (['Low', 'Critical'] as const)[index], version: 2 }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it.each([
    ['Open', 'Open', 200],
    ['Open', 'In Progress', 200],
    ['Open', 'Resolved', 200],
    ['Open', 'Closed', 200],
    ['In Progress', 'Open', 409],
    ['In Progress', 'Resolved', 200],
    ['In Progress', 'Closed', 200],
    ['Resolved', 'Open', 409],
    ['Resolved', 'In Progress', 200],
    ['Resolved', 'Closed', 200],
    ['Closed', 'Open', 409],
    ['Closed', 'In Progress', 409],
    ['Closed', 'Resolved', 409],
    ['Closed', 'Closed', 200],
  ])('from %s to %s: %i', async (from, to, status) => {
    const ticketId = await openTicket(customer);
    if (from !== 'Open') dataOf(await agent.desk.update(ticketId, { status: from }));
    const outcome = await agent.desk.update(ticketId, { status: to });
    expect(outcome.status).toBe(status);
    expect(dataOf(await customer.get(ticketId)).status).toBe(status === 200 ? to : from);
    if (outcome.ok) return;
    expect(outcome.code).toBe('INVALID_TRANSITION');
    expect(outcome.message).toContain(from);
    if (from !== 'Closed') expect(outcome.message).toContain(to);
  });

  it('leaves a closed ticket as it is, but for notes', async () => {
    const ticketId = await openTicket(customer);
    dataOf(await customer.close(ticketId));
    await withoutEffect(server.db, async () => {
      for (const call of [
        agent.desk.take(ticketId),
        agent.desk.assign(ticketId, { agentId: 'agent_2' }),
        agent.desk.update(ticketId, { priority: 'Critical' }),
        agent.desk.resolve(ticketId),
      ]) {
        expect(await call).toMatchObject({ status: 409, code: 'INVALID_TRANSITION' });
      }
      expect(await agent.desk.reply(ticketId, { message: 'm' })).toMatchObject({ status: 400, code: 'TICKET_CLOSED' });
    });
    dataOf(await agent.desk.note(ticketId, { content: 'For the next time' }));
  });

  it('takes no archived category, but leaves a ticket in one', async () => {
    const ticketId = await openTicket(customer, { categoryId: 'category_003' });
    const archive = (archivedAt: Date | null) =>
      server.db.transaction((tx) => tx.category.update({ where: { id: 'category_003' }, data: { archivedAt } }));
    await archive(NOW);
    try {
      const another = await openTicket(customer);
      expect(pathsOf(await agent.desk.update(another, { categoryId: 'category_003' }))).toEqual(['categoryId']);
      expect(dataOf(await agent.desk.update(ticketId, { categoryId: 'category_003', priority: 'High' }))).toMatchObject(
        { categoryId: 'category_003', priority: 'High' },
      );
    } finally {
      await archive(null);
    }
  });

  it('never shows a note to a customer, nor that there is one', async () => {
    const ticketId = await openTicket(customer);
    const before = [await customer.get(ticketId), await customer.list({ limit: 100 })].map(dataOf);
    dataOf(await agent.desk.note(ticketId, { content: 'SECRET-NOTE', attachments: ['SECRET-FILE'] }));
    expect([await customer.get(ticketId), await customer.list({ limit: 100 })].map(dataOf)).toEqual(before);
    const answers = [
      await customer.addMessage(ticketId, { message: 'm' }),
      await customer.get(ticketId),
      await customer.list({ limit: 100 }),
      await customer.close(ticketId),
      await customer.desk.get(ticketId),
      await customer.desk.events(),
      await customer.desk.ticketEvents(ticketId),
    ];
    expect(JSON.stringify(answers)).not.toMatch(/SECRET|note_/);
    expect(JSON.stringify(await agent.desk.ticketEvents(ticketId))).not.toContain('SECRET');
  });
});
