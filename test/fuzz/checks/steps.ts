import assert from 'node:assert/strict';
import { statusAfterMessage, type TicketStatus } from '../../../src/tickets/lifecycle.js';
import type { Change, Row } from '../../support/ledger.js';
import type { Before } from './writes.js';

/** One change of a ticket: its row before and after, and the event that tells of it; of a message that reopens it, the first of two. */
export interface Step {
  readonly before: Row;
  readonly after: Row;
  readonly event: TicketEvent;
  /** The rows that were written: the ticket and its events. */
  readonly changes: readonly Change[];
}

export interface TicketEvent {
  readonly ticket_id: string;
  readonly type: string;
  readonly actor: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly created_at: string;
}

/** What an event tells of a ticket, and the column that has it. */
export const COLUMNS = {
  status: 'status',
  priority: 'priority',
  categoryId: 'category_id',
  assignedAgent: 'assigned_agent',
  resolution: 'resolution',
} as const;
type Field = keyof typeof COLUMNS;

/** What events tell beside that, of what was added; `tags` also as they were. */
export const ADDED: Record<string, string> = {
  'message.added': 'messageId',
  'note.added': 'noteId',
  'ticket.tagged': 'tags',
  'ticket.rated': 'score',
};

/**
 * The changes of tickets, each ticket's in order. Fails unless each has its event, and every column is what follows from
 * the row before and that event: whoever knows the events knows the ticket.
 */
export function stepsOf(changes: readonly Change[], before: Before): Step[] {
  const updates = changes.filter(({ kind, table }) => kind === 'UPDATE' && table === 'tickets');
  const ids = new Set(updates.map(({ row }) => String(row.id)));
  return [...ids].flatMap((id) => {
    const events = changes.filter(
      ({ kind, table, row }) => kind === 'INSERT' && table === 'events' && row.ticket_id === id,
    );
    let known = before.row('tickets', id);
    return updates
      .filter(({ row }) => row.id === id)
      .map((update): Step => {
        const written = events.shift();
        assert.ok(known, `${id} is no ticket that was there`);
        assert.ok(written, `a change of ${id} without an event`);
        const event = written.row as unknown as TicketEvent;
        const second = reopens(known, event) ? events.shift() : undefined;
        const reopening = second?.row as unknown as TicketEvent | undefined;
        const changes = [update, written, ...(second === undefined ? [] : [second])];
        const step: Step = { before: known, after: update.row, event, changes };
        const expected = rowAfter(known, event, reopening);
        assert.deepEqual(update.row, expected, `${event.type} ${JSON.stringify(event.after)}`);
        for (const { version } of [event, ...(reopening === undefined ? [] : [reopening])])
          assert.equal(version, update.row.version, `the version of ${event.type}`);
        known = update.row;
        return step;
      });
  });
}

/** A message of the customer's on a resolved ticket: a second event tells what that did to it. */
function reopens(row: Row, { type, actor }: TicketEvent): boolean {
  return type === 'message.added' && actor === row.user_id && row.status === 'Resolved';
}

function rowAfter(row: Row, event: TicketEvent, reopening: TicketEvent | undefined): Row {
  if (reopens(row, event)) return rowReopened(row, event, reopening);
  const changed = changedFields(row, event);
  const version = Number(row.version) + 1;
  if (['note.added', 'ticket.tagged', 'ticket.rated'].includes(event.type)) {
    assert.deepEqual(changed, {}, `${event.type} changes nothing that a customer sees`);
    assert.ok(event.created_at > lastEventAt(row), 'an event is later than the one before it');
    return { ...row, version, annotated_at: event.created_at };
  }
  const at = event.created_at;
  assert.ok(at > lastEventAt(row), 'an event is later than the one before it');
  if (event.type === 'file.removed') return { ...row, version, updated_at: at };
  const moved = { ...row, ...changed, version, updated_at: at };
  if (event.type === 'message.added')
    return { ...moved, ...afterMessage(row, event), message_count: Number(row.message_count) + 1 };
  assert.notDeepEqual(changed, {}, 'what is so already is no change');
  assert.equal(event.type, typeOf(row, changed));
  return { ...moved, ...timesAfter(changed.status, at) };
}

/** Times are in one form. */
function lastEventAt({ updated_at: updated, annotated_at: annotated }: Row): string {
  return [String(updated), String(annotated ?? '')].sort().at(-1) as string;
}

function rowReopened(row: Row, message: TicketEvent, reopening: TicketEvent | undefined): Row {
  assert.ok(reopening, 'a message reopened a ticket, and no event says so');
  const { type, actor, created_at: at } = reopening;
  assert.deepEqual([type, actor, at], ['ticket.reopened', message.actor, message.created_at]);
  assert.deepEqual(changedFields(row, message), {}, 'what reopening changes stands in its own event');
  assert.ok(at > lastEventAt(row), 'an event is later than the one before it');
  return {
    ...row,
    ...afterMessage(row, message),
    ...changedFields(row, reopening),
    version: Number(row.version) + 1,
    updated_at: at,
    message_count: Number(row.message_count) + 1,
  };
}

/** The columns that the event says have changed, as they are now. */
function changedFields(row: Row, { type, before, after }: TicketEvent): Row {
  if (type === 'file.removed') return {};
  const added = ADDED[type];
  const fields = Object.keys(after).filter((name) => name !== added) as Field[];
  if (added !== undefined) assert.ok(added in after, `${type} tells its ${added}`);
  assert.deepEqual(Object.keys(before).sort(), [...fields, ...(added === 'tags' ? ['tags'] : [])].sort());
  for (const field of fields) {
    assert.ok(field in COLUMNS, `${field} of an event`);
    assert.equal(before[field], row[COLUMNS[field]], `${field} as it was`);
    assert.notEqual(after[field], before[field], `${field} has not changed`);
  }
  return Object.fromEntries(fields.map((field) => [COLUMNS[field], after[field]]));
}

function afterMessage(row: Row, { actor, created_at: at }: TicketEvent): Row {
  const author = actor === row.user_id ? 'requester' : 'desk';
  const status = statusAfterMessage(row.status as TicketStatus, author, row.assigned_agent !== null);
  assert.ok(status, 'a closed ticket takes no message');
  if (author === 'requester') return { status, waiting_since: row.waiting_since ?? at, resolved_at: null };
  return { status, waiting_since: null, first_response_at: row.first_response_at ?? at };
}

function typeOf(row: Row, { status, assigned_agent: agent }: Row): string {
  assert.notEqual(row.status, 'Closed', 'a closed ticket stays as it is');
  if (status === 'Closed') return 'ticket.closed';
  if (status === 'Resolved') return 'ticket.resolved';
  if (status !== undefined && row.status === 'Resolved') return 'ticket.reopened';
  if (agent === undefined) return 'ticket.updated';
  return agent === null ? 'ticket.unassigned' : 'ticket.assigned';
}

function timesAfter(status: unknown, at: string): Row {
  if (status === undefined) return {};
  if (status === 'Closed') return { waiting_since: null, closed_at: at };
  return status === 'Resolved' ? { waiting_since: null, resolved_at: at } : { resolved_at: null };
}
