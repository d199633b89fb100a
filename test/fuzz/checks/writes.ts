import assert from 'node:assert/strict';
import type { Principal } from '../../../src/auth/principal.js';
import type { Change, Ledger, Row } from '../../support/ledger.js';
import { ADMIN_WRITES } from './admin-writes.js';
import { type Step, stepsOf } from './steps.js';
import { TAG_WRITES } from './tag-writes.js';
import { TICKET_WRITES } from './ticket-writes.js';
import { VIEW_WRITES } from './view-writes.js';
import { WEBHOOK_WRITES } from './webhook-writes.js';

/** A call that was answered with success: what was sent to which procedure, and what came back. */
export interface Accepted {
  readonly procedure: string;
  readonly input: Record<string, unknown>;
  readonly data: Record<string, unknown>;
}

/** What a procedure that writes must have written: fails unless it has, and tells the scope of it. */
export type Write = (scope: WriteScope, call: Accepted) => void;

export interface WriteScope {
  /** The row of the change that fits; from then on somebody was told of it. */
  find(kind: Change['kind'], table: string, match: Row): Row;
  /** As find(), where there may be none. */
  seek(kind: Change['kind'], table: string, match: Row): Row | undefined;
  /** The changes of tickets, each ticket's in order. */
  readonly steps: readonly Step[];
  /** Somebody was told of this step. */
  claim(step: Step): void;
  readonly before: Before;
  readonly by: Principal;
  /** All calls of the same request: those of a batch run side by side. */
  readonly accepted: readonly Accepted[];
}

/** Rows as they were before. */
export type Before = Pick<Ledger, 'row' | 'rows'>;

/** Who has sent the request, and under which Idempotency-Key. */
export interface Sender {
  readonly by: Principal | undefined;
  readonly key: string | undefined;
}

const WRITES: Record<string, Write> = {
  ...TICKET_WRITES,
  ...TAG_WRITES,
  ...ADMIN_WRITES,
  ...VIEW_WRITES,
  ...WEBHOOK_WRITES,
};

/**
 * Fails unless the changes are those that the accepted calls must make, to the letter, and no others: what was refused
 * has written nothing.
 */
export function checkWrites(changes: Change[], before: Before, { by, key }: Sender, accepted: Accepted[]): void {
  if (accepted.length === 0) {
    assert.deepEqual(changes, [], 'written, and nobody was told so');
    return;
  }
  if (key !== undefined) {
    assert.equal(accepted.length, 1, 'a key is for one call');
    // The first answer again. Who looks whether it is that one, sends a request twice.
    if (changes.length === 0) return;
  }
  assert.ok(by, 'only a plain token writes');
  const told = new Set<Change>();
  const seek: WriteScope['seek'] = (kind, table, match) => {
    const fitting = changes.filter((other) => other.kind === kind && other.table === table && fits(other.row, match));
    // In a batch, several calls may write the same.
    const change = fitting.find((other) => !told.has(other)) ?? fitting[0];
    if (change !== undefined) told.add(change);
    return change?.row;
  };
  const find: WriteScope['find'] = (kind, table, match) => {
    const row = seek(kind, table, match);
    assert.ok(row, `no ${kind} in ${table} of ${JSON.stringify(match)}, although it was acknowledged`);
    return row;
  };
  const steps = stepsOf(changes, before);
  const claim: WriteScope['claim'] = ({ changes: ofStep }) => {
    for (const change of ofStep) told.add(change);
  };
  for (const call of accepted) {
    const write = WRITES[call.procedure];
    assert.ok(write, `say in test/fuzz/checks what ${call.procedure} writes`);
    write({ find, seek, steps, claim, before, by, accepted }, call);
    if (key !== undefined) checkRecord(find, { by, key }, call);
  }
  const untold = withoutCounts(changes).filter((change) => !told.has(change));
  assert.deepEqual(untold, [], 'written, and nobody was told so');
}

/** With a key, the answer is kept together with what was done. */
function checkRecord(find: WriteScope['find'], { by, key }: { by: Principal; key: string }, { data }: Accepted): void {
  const claimed = find('INSERT', 'idempotency_records', { user_id: by.userId, key });
  const { response, ...kept } = find('UPDATE', 'idempotency_records', { user_id: by.userId, key });
  assert.deepEqual({ ...kept, response: null }, claimed);
  assert.match(String(kept.fingerprint), /^[\w-]{43}$/);
  assert.deepEqual(JSON.parse(String(response)), data);
}

/** The changes without those that triggers make of them: test/db/ticket-counts.test.ts holds the counts to the tickets. */
export function withoutCounts(changes: readonly Change[]): Change[] {
  return changes.filter(({ table }) => table !== 'ticket_counts' && table !== 'ticket_segments');
}

function fits(row: Row, match: Row): boolean {
  return Object.entries(match).every(([column, value]) => row[column] === value);
}
