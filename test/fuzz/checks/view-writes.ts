import assert from 'node:assert/strict';
import { nameKey } from '../../../src/schema/fold.js';
import { parseTime } from '../../../src/schema/time.js';
import { normalTag } from '../../../src/tags/normal-tag.js';
import type { Row } from '../../support/ledger.js';
import type { Accepted, Write } from './writes.js';

/** What saved views write. */
export const VIEW_WRITES: Record<string, Write> = {
  'desk.views.create': ({ find, by }, { input, data }) => {
    const { name, filters = {}, sort = 'waiting', shared = false } = input;
    const { viewId, updatedAt, ...shown } = data;
    assert.deepEqual(shown, { name, filters: stored(filters), sort, shared, owner: by.userId });
    const { position, ...row } = find('INSERT', 'saved_views', { id: viewId });
    assert.ok(Number(position) > 0);
    assert.deepEqual(row, { ...rowOf(data), created_at: updatedAt });
  },

  'desk.views.change': ({ find, before, accepted, by }, { input, data }) => {
    const { viewId, filters, ...sent } = input;
    assert.equal(data.viewId, viewId);
    for (const [field, value] of Object.entries(sent)) assert.deepEqual(data[field], value, field);
    if (filters !== undefined) assert.deepEqual(data.filters, stored(filters));
    assert.ok(data.owner === by.userId || by.role === 'admin');
    const { updatedAt } = data;
    const { position, created_at, ...row } = find('UPDATE', 'saved_views', {
      id: viewId,
      updated_at: updatedAt,
    } as Row);
    assert.deepEqual(row, rowOf(data));
    const known = before.row('saved_views', String(viewId));
    if (known === undefined || accepted.length > 1) return;
    assert.deepEqual([created_at, row.owner], [known.created_at, known.owner]);
    assert.ok(known.list === '' || known.list === by.userId);
    if (row.list === known.list) assert.equal(position, known.position);
  },

  'desk.views.delete': ({ find }, { input }) => {
    const { owner, list } = find('DELETE', 'saved_views', { id: input.viewId });
    assert.ok(list === '' || list === owner);
  },

  'desk.views.order': ({ find, by }, { input }) => {
    const list = input.shared === true ? '' : by.userId;
    if (list === '') assert.equal(by.role, 'admin');
    for (const [index, id] of (input.viewIds as string[]).entries()) {
      find('UPDATE', 'saved_views', { id, list, position: index + 1 });
    }
  },
};

function stored(filters: unknown): unknown {
  return Object.fromEntries(
    Object.entries(filters as Record<string, unknown>).map(([name, value]) => {
      if (name === 'tag') return [name, normalTag(String(value))];
      return [name, /(From|To)$/.test(name) ? parseTime(String(value))?.toISOString() : value];
    }),
  );
}

/** A view as the answer has it, but for its place and when it was made. */
function rowOf({ viewId, name, owner, shared, filters, sort, updatedAt }: Accepted['data']): Row {
  return {
    id: viewId,
    name,
    name_key: nameKey(String(name)),
    owner,
    list: shared === true ? '' : owner,
    filters,
    sort,
    updated_at: updatedAt,
  };
}
