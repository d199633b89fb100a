import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { PNG, TEXT, upload } from '../../support/files.js';
import { restClient } from '../../support/rest-client.js';
import { recordStatements } from '../../support/statements.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, NEW_TICKET, newUser, pathsOf, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const MISSING = 'file_01936b2e-7c1f-7abc-8def-0123456789ab';
const AT = 'Must be a file of yours that is attached to nothing yet';

const clock = new TestClock();
let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock });
});
afterAll(() => server[Symbol.asyncDispose]());

const tokenOf = (user: string) => customerToken(user, { exp: undefined });
const AGENT = agentToken('agent_1', { exp: undefined });
async function newFile(token: string, body = PNG, name = 'a.png'): Promise<string> {
  return dataOf(await upload(server.url, token, body, { name })).fileId;
}
const rowOf = (id: string) => server.db.reader.file.findUniqueOrThrow({ where: { id } });

describe.each(CALLS)('files over %s', (_surface, open) => {
  let token: string;
  let customer: Call;
  let agent: Call;
  beforeAll(() => {
    token = tokenOf(newUser());
    customer = open(server.url, token);
    agent = open(server.url, AGENT);
  });
  const create = (attachments: string[], call = customer) =>
    call('support.tickets.create', { ...NEW_TICKET, attachments });
  const newTicket = async (attachments: string[] = []): Promise<string> => dataOf(await create(attachments)).ticketId;

  it('are attached to a ticket, a message and a note, among ids of the host, and listed with each', async () => {
    const first = await newFile(token);
    const second = await newFile(token, TEXT, 'b.txt');
    const agents = await newFile(AGENT, TEXT, 'agents.txt');
    const notes = await newFile(AGENT, TEXT, 'note.txt');
    const ticketId = await newTicket(['file_id_123', first]);
    const message = dataOf(
      await customer('support.messages.add', { ticketId, message: 'm', attachments: [second, 'theirs'] }),
    );
    const reply = dataOf(await agent('desk.messages.reply', { ticketId, message: 'r', attachments: [agents] }));
    const note = dataOf(await agent('desk.notes.add', { ticketId, content: 'n', attachments: [notes] }));

    const known = (fileId: string, name: string, type: string, size: number) => ({
      fileId,
      stored: true,
      name,
      size,
      type,
    });
    const theirs = (fileId: string) => ({ fileId, stored: false, name: null, size: null, type: null });
    const png = known(first, 'a.png', 'image/png', PNG.length);
    const text = (fileId: string, name: string) => known(fileId, name, 'text/plain', TEXT.length);
    const ticket = dataOf(await agent('desk.tickets.get', { ticketId }));
    expect(ticket).toMatchObject({ attachments: ['file_id_123', first], files: [theirs('file_id_123'), png] });
    expect(ticket.messages).toMatchObject([
      { messageId: message.messageId, files: [text(second, 'b.txt'), theirs('theirs')] },
      { messageId: reply.messageId, files: [text(agents, 'agents.txt')] },
    ]);
    expect(ticket.notes).toEqual([note]);
    expect(note.files).toEqual([text(notes, 'note.txt')]);
    expect(dataOf(await customer('support.messages.list', { ticketId })).messages).toEqual(ticket.messages);
    expect(dataOf(await agent('desk.notes.list', { ticketId })).notes).toEqual([note]);

    const listed = (of: { files: { fileId: string }[] }) => of.files.map(({ fileId }) => fileId);
    const page = dataOf(await customer('support.tickets.files', { ticketId, limit: 2 }));
    expect(listed(page)).toEqual([first, second]);
    expect(page.files[1]).toMatchObject({ attachedTo: 'message', sourceId: message.messageId, name: 'b.txt' });
    const rest = dataOf(await customer('support.tickets.files', { ticketId, limit: 2, after: page.next }));
    expect(rest).toMatchObject({ next: null, files: [{ fileId: agents, uploadedBy: 'agent_1' }] });
    // A note's are the desk's alone.
    expect(listed(dataOf(await agent('support.tickets.files', { ticketId })))).toEqual([first, second, agents, notes]);
    expect(await customer('support.files.get', { fileId: notes })).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await agent('support.files.get', { fileId: notes })).ok).toBe(true);
  });

  it('are refused at their places, and nothing is stored, unless they are free and one’s own', async () => {
    const own = await newFile(token);
    const attached = await newFile(token);
    const ticketId = await newTicket([attached]);
    const others = await newFile(tokenOf(newUser()));
    const agents = await newFile(AGENT);
    const bad = [own, others, 'file_id_1', MISSING, own, attached, agents];
    const places = [1, 3, 4, 5, 6].map((index) => ({ path: `attachments.${index}`, message: AT }));
    const calls: [Call, string, Record<string, unknown>, string][] = [
      [customer, 'support.tickets.create', NEW_TICKET, 'Invalid ticket data'],
      [customer, 'support.messages.add', { ticketId, message: 'm' }, 'Invalid message'],
    ];
    for (const [call, procedure, input, message] of calls) {
      const refused = await withoutEffect(server.db, () => call(procedure, { ...input, attachments: bad }));
      expect(refused).toMatchObject({ status: 400, code: 'BAD_REQUEST', message, details: places });
    }
    for (const procedure of ['desk.messages.reply', 'desk.notes.add']) {
      const text = procedure === 'desk.notes.add' ? { content: 'n' } : { message: 'r' };
      const input = { ticketId, ...text, attachments: [own, agents] };
      const refused = await withoutEffect(server.db, () => agent(procedure, input));
      expect(pathsOf(refused)).toEqual(['attachments.0']);
    }
    expect(await rowOf(own)).toMatchObject({ ticketId: null, kind: null });
    expect((await create([own])).ok).toBe(true);
  });

  it('of a customer don’t go to a ticket of somebody else’s', async () => {
    const ticketId = await newTicket();
    const stranger = tokenOf(newUser());
    const file = await newFile(stranger);
    const call = open(server.url, stranger);
    const refused = await call('support.messages.add', { ticketId, message: 'm', attachments: [file] });
    expect(refused).toMatchObject({ status: 404, message: 'Ticket not found' });
    expect(await rowOf(file)).toMatchObject({ ticketId: null });
  });

  it('that have expired can be neither attached nor read', async () => {
    const user = tokenOf(newUser());
    const call = open(server.url, user);
    const file = await newFile(user);
    expect((await call('support.files.get', { fileId: file })).ok).toBe(true);
    clock.advance(24 * 3_600_000);
    expect(pathsOf(await create([file], call))).toEqual(['attachments.0']);
    expect(await call('support.files.get', { fileId: file })).toMatchObject({ status: 404 });
  });

  it('go to one of those who take them at the same time', async () => {
    const file = await newFile(token);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => create([file])));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
  });

  it('are their uploader’s alone before, and then of whoever may read the ticket', async () => {
    const file = await newFile(token);
    const stranger = open(server.url, tokenOf(newUser()));
    const missing = await stranger('support.files.get', { fileId: MISSING });
    expect(missing).toMatchObject({ status: 404, code: 'NOT_FOUND', message: 'File not found' });
    const statusOf = async (call: Call) => (await call('support.files.get', { fileId: file })).status;
    expect([await statusOf(customer), await statusOf(agent), await statusOf(stranger)]).toEqual([200, 404, 404]);
    const ticketId = await newTicket([file]);
    expect([await statusOf(customer), await statusOf(agent), await statusOf(stranger)]).toEqual([200, 200, 404]);
    expect(dataOf(await agent('support.files.get', { fileId: file }))).toMatchObject({ ticketId, expiresAt: null });
    expect(await stranger('support.tickets.files', { ticketId })).toMatchObject({ status: 404 });
    for (const fileId of ['x', '../x', 'file_', '\u0000']) {
      expect(await stranger('support.files.get', { fileId })).toMatchObject({ status: 404, message: 'File not found' });
    }
  });
});

it('a retry with the same key gets the first answer, though the file is attached by then', async () => {
  const token = tokenOf(newUser());
  const file = await upload(server.url, token, PNG);
  const client = restClient(server.url, token, { 'idempotency-key': 'k' });
  const input = { ...NEW_TICKET, attachments: [dataOf(file).fileId] };
  const first = await client.post('/support/tickets', input);
  const again = await client.post('/support/tickets', input);
  expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
});

it('who attaches nothing of ours pays nothing for it: one statement on PostgreSQL, and none about files', async () => {
  const client = restClient(server.url, tokenOf(newUser()));
  using recording = recordStatements(server.db.engine);
  const { body } = await client.post('/support/tickets', { ...NEW_TICKET, attachments: ['file_id_123'] });
  await client.post(`/support/tickets/${body.data.ticketId}/messages`, { message: 'm', attachments: ['file_id_4'] });
  const statements = [...recording.statements].map(({ sql }) => sql);
  expect(statements.filter((sql) => /\bfiles\b/.test(sql))).toEqual([]);
  if (server.db.engine === 'postgresql') expect(statements).toHaveLength(2);
});
