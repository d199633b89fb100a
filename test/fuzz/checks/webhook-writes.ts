import assert from 'node:assert/strict';
import type { Row } from '../../support/ledger.js';
import type { Accepted, Write, WriteScope } from './writes.js';

/** What is written of webhooks. Nothing is sent meanwhile: who tries all inputs has no receivers. */
export const WEBHOOK_WRITES: Record<string, Write> = {
  'desk.webhooks.create': ({ find }, { input, data }) => {
    const row = find('INSERT', 'webhook_endpoints', { id: data.webhookId });
    assert.equal(row.secret, data.secret);
    const { url, description = '', eventTypes = [] } = input;
    const { event_types: types, ...known } = row;
    assert.deepEqual(listOf(types), eventTypes);
    const sent = { url, description, state: 'active', state_reason: null, failures: 0, removed_at: null };
    assert.deepEqual({ ...known, ...sent }, known);
    assert.deepEqual([data.url, data.description, data.eventTypes], [url, description, eventTypes]);
  },

  'desk.webhooks.change': (scope, { input, data }) => {
    const row = updated(scope, data);
    assert.deepEqual([row.url, row.description], [data.url, data.description]);
    for (const [field, value] of Object.entries(input)) assert.deepEqual(data[field], value);
  },

  'desk.webhooks.delete': ({ find }, { input, data }) => {
    assert.equal(data.webhookId, input.webhookId);
    assert.ok(find('UPDATE', 'webhook_endpoints', { id: input.webhookId }).removed_at);
  },

  'desk.webhooks.pause': (scope, { data }) => {
    assert.ok(data.state !== 'active' || scope.accepted.length > 1);
    const known = scope.before.row('webhook_endpoints', String(data.webhookId));
    // One that is not active stays as it is.
    if (known?.state === 'active' && scope.accepted.length === 1) {
      assert.equal(updated(scope, data).state_reason, 'admin');
    } else {
      scope.seek('UPDATE', 'webhook_endpoints', { id: data.webhookId });
    }
  },

  'desk.webhooks.resume': (scope, { input, data }) => {
    assert.equal(updated(scope, data).state, 'active');
    const state = input.skip === true ? 'skipped' : 'pending';
    for (const { id, endpoint_id: endpoint, state: was } of scope.before.rows('webhook_deliveries')) {
      if (endpoint !== data.webhookId || was !== 'pending') continue;
      scope.seek('UPDATE', 'webhook_deliveries', { id, state });
    }
    if (scope.accepted.length === 1) return;
    // Of the same batch, and pending.
    for (const { procedure, data: made } of scope.accepted) {
      if (procedure === 'desk.webhooks.test')
        scope.seek('UPDATE', 'webhook_deliveries', { id: made.deliveryId, state });
    }
  },

  'desk.webhooks.rotateSecret': ({ find }, { data }) => {
    const row = find('UPDATE', 'webhook_endpoints', { id: data.webhookId, secret: data.secret });
    assert.equal(row.old_secret_until_at, data.oldSecretUntil);
    assert.match(String(row.old_secret), /^whsec_/);
    assert.notEqual(row.old_secret, row.secret);
  },

  'desk.webhooks.test': ({ find }, { data }) => {
    find('UPDATE', 'webhook_endpoints', { id: data.webhookId });
    find('INSERT', 'webhook_deliveries', { id: data.deliveryId, event_id: null, state: 'pending', attempts: 0 });
  },

  'desk.webhooks.redeliver': ({ find }, { input, data }) => {
    assert.equal(data.deliveryId, input.deliveryId);
    find('UPDATE', 'webhook_deliveries', { id: input.deliveryId, state: 'pending', attempts: 0, ended_at: null });
  },

  'desk.webhooks.redeliverSince': ({ seek }, { data }) => {
    // Where it has everything still before it, nothing changes.
    seek('UPDATE', 'webhook_endpoints', { id: data.webhookId });
  },
};

function updated({ find }: WriteScope, { webhookId, updatedAt }: Accepted['data']): Row {
  return find('UPDATE', 'webhook_endpoints', { id: webhookId, updated_at: updatedAt });
}

/** SQLite keeps JSON as text. */
function listOf(types: unknown): unknown {
  return typeof types === 'string' ? JSON.parse(types) : types;
}
