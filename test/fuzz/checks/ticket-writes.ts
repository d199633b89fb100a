import assert from 'node:assert/strict';
import { isFileId } from '../../../src/schema/ids.js';
import type { Row } from '../../support/ledger.js';
import { ADDED, COLUMNS, type Step } from './steps.js';
import type { Accepted, Write, WriteScope } from './writes.js';

/** What procedures write that are about tickets, but for their tags. */
export const TICKET_WRITES: Record<string, Write> = {
  'support.tickets.create': (scope, call) => checkTicket(scope, call, scope.by.userId),
  'desk.tickets.create': (scope, call) => checkTicket(scope, call, String(call.input.requester)),

  'support.messages.add': checkMessage,
  'desk.messages.reply': checkMessage,

  'desk.notes.add': ({ find, by, ...scope }, { input, data }) => {
    const { content, attachments = [] } = input;
    const written = { author: by.userId, content, attachments };
    const { files, ...told } = data;
    assert.deepEqual(told, { noteId: data.noteId, ...written, timestamp: data.timestamp });
    assert.equal((files as unknown[]).length, (attachments as unknown[]).length);
    checkAttached({ find }, attachments as string[], [input.ticketId, 'note', data.noteId]);
    const note = find('INSERT', 'notes', { id: data.noteId });
    assert.deepEqual(note, {
      id: data.noteId,
      ticket_id: input.ticketId,
      ...written,
      indexed: true,
      created_at: data.timestamp,
    });
    const { event } = claimAdded({ by, ...scope }, 'note.added', { noteId: data.noteId });
    assert.deepEqual([event.ticket_id, event.created_at], [input.ticketId, data.timestamp]);
    checkKnown(input, event);
  },

  'support.tickets.close': (scope, { input, data }) => {
    const ofTicket = scope.steps.filter(({ after }) => after.id === input.ticketId);
    const wanted = { status: 'Closed', ...kept(input.resolution) };
    const step = ofTicket.find((one) => one.after.closed_at === data.closedAt && isExactly(one, wanted, scope));
    if (step !== undefined) return scope.claim(step);
    // It was closed already, or by another call of the batch: the first closedAt stays.
    assert.ok(statesOf(scope, input.ticketId).some((row) => row.closed_at === data.closedAt));
  },

  'desk.tickets.take': change((row, _, by) => assigned(row, by)),
  'desk.tickets.assign': change((row, { agentId }, by) => assigned(row, agentOf(agentId, by))),
  'desk.tickets.unassign': change(() => ({ assigned_agent: null })),
  'desk.tickets.update': change((row, input) => named(row, input)),
  'desk.tickets.resolve': change(({ status }, { resolution }) =>
    status === 'Resolved' ? {} : { status: 'Resolved', ...kept(resolution) },
  ),

  'desk.tickets.bulk': (scope, { input, data }) => {
    const results = data as unknown as { ticketId: string; ok: boolean; version: number }[];
    assert.deepEqual(
      results.map(({ ticketId }) => ticketId),
      input.ticketIds,
    );
    const { assignedAgent, ...rest } = input.change as Record<string, unknown>;
    for (const { ticketId, version } of results.filter(({ ok }) => ok)) {
      checkChange(scope, { ticketId, version }, (row) => ({
        ...(assignedAgent === null && { assigned_agent: null }),
        ...(typeof assignedAgent === 'string' && assigned(row, agentOf(assignedAgent, scope.by.userId))),
        ...named(row, rest),
      }));
    }
  },

  'support.files.upload': ({ find, by }, { data }) => {
    const { fileId, expiresAt, ...described } = data;
    const { sha256, created_at: createdAt, ...row } = find('INSERT', 'files', { id: fileId });
    assert.match(String(sha256), /^[0-9a-f]{64}$/);
    assert.equal(Date.parse(String(expiresAt)) - Date.parse(String(createdAt)), 86_400_000);
    const free = { ticket_id: null, kind: null, source_id: null, removed_at: null };
    assert.deepEqual(row, { id: fileId, user_id: by.userId, ...described, expires_at: expiresAt, ...free });
  },

  'support.files.delete': ({ find, by, steps, claim, before }, { input: { fileId }, data }) => {
    assert.deepEqual(data, { fileId });
    const was = before.row('files', String(fileId));
    const { removed_at: removedAt, ...row } = find('UPDATE', 'files', { id: fileId });
    assert.deepEqual({ ...row, removed_at: null }, was);
    assert.ok(removedAt !== null && (was?.user_id === by.userId || (by.role !== 'customer' && row.ticket_id !== null)));
    if (row.ticket_id === null) return;
    const removed = { fileId, name: row.name };
    const step = steps.find(({ event }) => event.type === 'file.removed' && event.before.fileId === fileId);
    assert.deepEqual([step?.event.before, step?.event.after], [removed, { fileId: null, name: null }]);
    if (step !== undefined) claim(step);
  },

  'desk.presence.beat': ({ seek, find, by }, { input, data }) => {
    const { ticketId, typing = false } = input;
    const match = { ticket_id: ticketId, agent_id: by.userId, expires_at: data.expiresAt };
    const row = seek('INSERT', 'presence', match) ?? find('UPDATE', 'presence', match);
    const heldMs = Date.parse(String(row.expires_at)) - Date.parse(String(row.came_at));
    assert.ok(heldMs >= 30_000);
    assert.equal(row.typing_at !== null, typing);
    const own = (data.presence as Row[]).find(({ agentId }) => agentId === by.userId);
    assert.deepEqual(own, { agentId: by.userId, typing, since: row.came_at });
  },

  'desk.presence.leave': ({ seek, before, by, accepted }, { input, data }) => {
    assert.deepEqual(data, { ticketId: input.ticketId });
    const left = seek('DELETE', 'presence', { ticket_id: input.ticketId, agent_id: by.userId });
    const was = before.row('presence', `${input.ticketId} ${by.userId}`);
    if (accepted.length === 1) assert.equal(left !== undefined, was !== undefined);
  },

  'support.tickets.rate': ({ find, by, ...scope }, { input, data }) => {
    const { before, event } = claimAdded({ by, ...scope }, 'ticket.rated', { score: input.score });
    const { ticketId, score, comment } = input;
    const words = typeof comment === 'string' && comment.trim() !== '' ? comment : null;
    assert.deepEqual(data, { ticketId, score, comment: words, ratedAt: data.ratedAt });
    const rating = find('INSERT', 'ratings', { ticket_id: ticketId });
    assert.deepEqual(rating, {
      ticket_id: ticketId,
      score,
      comment: words,
      agent: ratedAgent(scope, before),
      created_at: data.ratedAt,
    });
    assert.equal(event.created_at, data.ratedAt);
    assert.deepEqual([before.id, before.user_id], [ticketId, by.userId], 'a ticket is rated by its requester');
    assert.ok(['Resolved', 'Closed'].includes(String(before.status)));
  },
};

/** Files of ours are attached to what they came with; ids of the host's own are nothing to us. */
function checkAttached({ find }: Pick<WriteScope, 'find'>, attachments: string[], to: unknown[]): void {
  for (const id of attachments.filter(isFileId)) {
    const { ticket_id, kind, source_id, expires_at, removed_at } = find('UPDATE', 'files', { id });
    assert.deepEqual([ticket_id, kind, source_id, expires_at, removed_at], [...to, null, null]);
  }
}

function checkTicket({ find, by }: WriteScope, { input, data }: Accepted, requester: string): void {
  const { subject, description, categoryId, priority = 'Medium', attachments = [] } = input;
  const createdAt = data.createdAt;
  assert.deepEqual(find('INSERT', 'tickets', { id: data.ticketId }), {
    id: data.ticketId,
    user_id: requester,
    subject,
    description,
    status: 'Open',
    priority,
    category_id: categoryId,
    assigned_agent: null,
    attachments,
    resolution: null,
    message_count: 0,
    created_at: createdAt,
    updated_at: createdAt,
    closed_at: null,
    version: 1,
    waiting_since: createdAt,
    first_response_at: null,
    resolved_at: null,
    annotated_at: null,
    indexed: true,
  });
  checkAttached({ find }, attachments as string[], [data.ticketId, 'ticket', data.ticketId]);
  const { id: _, transaction_id: __, ...event } = find('INSERT', 'events', { ticket_id: data.ticketId });
  assert.deepEqual(event, {
    ticket_id: data.ticketId,
    type: 'ticket.created',
    actor: by.userId,
    before: {},
    after: { status: 'Open', priority, categoryId, ...(requester !== by.userId && { requester }) },
    version: 1,
    created_at: createdAt,
  });
}

function checkMessage({ find, by, ...scope }: WriteScope, { input, data }: Accepted): void {
  const { ticketId, message, attachments = [] } = input;
  const { messageId, timestamp } = data;
  const { after, event } = claimAdded({ by, ...scope }, 'message.added', { messageId });
  assert.deepEqual([event.ticket_id, event.created_at], [ticketId, timestamp]);
  checkKnown(input, event);
  assert.deepEqual(find('INSERT', 'messages', { id: messageId }), {
    id: messageId,
    ticket_id: ticketId,
    position: after.message_count,
    sender: by.userId,
    content: message,
    attachments,
    indexed: true,
    created_at: timestamp,
  });
  checkAttached({ find }, attachments as string[], [ticketId, 'message', messageId]);
}

/** What was written against a version of the ticket came right after that. */
function checkKnown({ version }: Row, event: { version: unknown }): void {
  if (version !== undefined) assert.equal(event.version, Number(version) + 1);
}

/** Who resolved it last, where it is resolved; else who has it. */
function ratedAgent({ before, steps }: Pick<WriteScope, 'before' | 'steps'>, ticket: Row): unknown {
  if (ticket.resolved_at === null) return ticket.assigned_agent;
  const known = before.rows('events').filter((row) => row.ticket_id === ticket.id);
  const since = steps.filter(({ after }) => after.id === ticket.id && Number(after.version) <= Number(ticket.version));
  const resolved = [...known, ...since.map(({ event }) => event)].filter(({ type }) => type === 'ticket.resolved');
  return resolved.at(-1)?.actor ?? ticket.assigned_agent;
}

/** The step whose event tells of what was added. */
function claimAdded(
  { steps, claim, by }: Pick<WriteScope, 'steps' | 'claim' | 'by'>,
  type: string,
  added: Record<string, unknown>,
): Step {
  const step = steps.find(
    ({ event }) => event.type === type && Object.entries(added).every(([name, value]) => event.after[name] === value),
  );
  assert.ok(step, `no ${type} of ${JSON.stringify(added)}, although it was acknowledged`);
  assert.equal(step.event.actor, by.userId);
  claim(step);
  return step;
}

/** What a verb of the desk wants of a ticket that is as the row says: by column. */
type Wanted = (row: Row, input: Accepted['input'], by: string) => Row;

/** A verb of the desk that answers with the ticket's state. */
function change(wanted: Wanted): Write {
  return (scope, { input, data }) => {
    const { ticketId, version, updatedAt, ...fields } = data;
    assert.equal(ticketId, input.ticketId);
    const state = checkChange(scope, { ticketId, version }, (row) => wanted(row, input, scope.by.userId));
    assert.deepEqual(
      fields,
      Object.fromEntries(Object.entries(COLUMNS).map(([name, column]) => [name, state[column]])),
    );
    assert.equal(updatedAt, state.updated_at);
  };
}

/** The ticket at the version that was answered: what was wanted has made it so, or was so already. */
function checkChange(scope: WriteScope, { ticketId, version }: Row, wanted: (row: Row) => Row): Row {
  const state = statesOf(scope, ticketId).find((row) => row.version === version);
  assert.ok(state, `${ticketId} never had version ${version}`);
  const step = scope.steps.find(({ after }) => after === state);
  if (step !== undefined && isExactly(step, wanted(step.before), scope)) scope.claim(step);
  else assert.deepEqual({ ...state, ...wanted(state) }, state, 'what was asked for has not come');
  return state;
}

/** The row of a ticket as it was and as it has become, step by step. */
function statesOf({ before, steps }: WriteScope, ticketId: unknown): Row[] {
  const known = before.row('tickets', String(ticketId));
  assert.ok(known, `${ticketId} is no ticket that was there`);
  return [known, ...steps.filter(({ after }) => after.id === ticketId).map(({ after }) => after)];
}

/** Whether a step did what is wanted, all of it and nothing else, and in the name of who sent this. */
function isExactly({ before, after, event }: Step, wanted: Row, { by }: WriteScope): boolean {
  if (event.actor !== by.userId || event.type in ADDED) return false;
  return Object.values(COLUMNS).every((column) => after[column] === { ...before, ...wanted }[column]);
}

/** Somebody has it, so it is being worked on. */
function assigned({ status }: Row, agent: unknown): Row {
  return { assigned_agent: agent, ...(status === 'Open' && { status: 'In Progress' }) };
}

/** What a `PATCH` names; how a ticket was resolved holds no more where that reopens it. */
function named({ status }: Row, input: Accepted['input']): Row {
  const fields = Object.entries(COLUMNS).filter(([name]) => input[name] !== undefined);
  const reopens = status === 'Resolved' && ['Open', 'In Progress'].includes(String(input.status));
  return {
    ...Object.fromEntries(fields.map(([name, column]) => [column, input[name]])),
    ...(reopens && { resolution: null }),
  };
}

/** `me` is whoever asks. */
function agentOf(agentId: unknown, by: string): unknown {
  return agentId === 'me' ? by : agentId;
}

/** A blank resolution counts as none. */
function kept(resolution: unknown): Row {
  return typeof resolution === 'string' && resolution.trim() !== '' ? { resolution } : {};
}
