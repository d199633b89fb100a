import assert from 'node:assert/strict';
import { nameKey } from '../../../src/schema/fold.js';
import type { Row } from '../../support/ledger.js';
import type { Accepted, Write, WriteScope } from './writes.js';

/** What procedures write that are about no ticket. */
export const ADMIN_WRITES: Record<string, Write> = {
  'desk.categories.create': ({ find }, { input, data }) => {
    const { position, ...row } = find('INSERT', 'categories', { id: data.categoryId });
    assert.deepEqual(row, categoryRow({ ...input, categoryId: data.categoryId, archivedAt: null }));
    assert.ok(Number(position) > 0);
  },

  'desk.categories.change': (scope, { input, data }) => {
    const { active_name_key, ...wanted } = categoryRow({ ...data, ...input });
    const { position, ...row } = scope.find('UPDATE', 'categories', wanted);
    checkKey(scope, 'categories', row, { active_name_key });
    requireSame(scope, 'categories', data.categoryId, { position });
  },

  'desk.categories.order': ({ find }, { input }) => {
    for (const [index, id] of (input.categoryIds as string[]).entries()) {
      find('UPDATE', 'categories', { id, position: index + 1 });
    }
  },

  'desk.categories.archive': (scope, { input, data }) => {
    assert.equal(data.categoryId, input.categoryId);
    const { position } = scope.find('UPDATE', 'categories', categoryRow(data));
    requireSame(scope, 'categories', data.categoryId, { position });
  },

  'desk.categories.restore': ({ find, seek, before, accepted }, { input, data }) => {
    assert.deepEqual([data.categoryId, data.archivedAt], [input.categoryId, null]);
    const archived = before.row('categories', String(input.categoryId))?.archived_at ?? null;
    // One that is active stays as it is; in a batch it may be archived first.
    if (archived === null || accepted.length > 1) seek('UPDATE', 'categories', categoryRow(data));
    else find('UPDATE', 'categories', categoryRow(data));
  },

  'desk.macros.create': ({ find }, { input, data }) => {
    const row = find('INSERT', 'macros', { id: data.macroId });
    assert.deepEqual(row, { ...macroRow({ ...data, ...input }), created_at: data.updatedAt });
  },

  'desk.macros.change': (scope, { input, data }) => {
    const { name_key, ...wanted } = macroRow({ ...data, ...input });
    const { created_at, ...row } = scope.find('UPDATE', 'macros', wanted);
    checkKey(scope, 'macros', row, { name_key });
    requireSame(scope, 'macros', data.macroId, { created_at });
  },

  'desk.macros.delete': ({ find }, { input }) => {
    find('DELETE', 'macros', { id: input.macroId });
  },

  'desk.profiles.import': ({ seek }, { input, data }) => {
    const sent = input.profiles as Record<string, unknown>[];
    const people = new Map(sent.map((one) => [one.userId, one]));
    assert.equal(data.imported, people.size);
    for (const { userId, name, email = null, role = 'customer' } of people.values()) {
      const row = { user_id: userId, name, email, role } as Row;
      const written = seek('INSERT', 'profiles', row) ?? seek('UPDATE', 'profiles', row);
      assert.ok(written, `no profile of ${String(userId)}, although it was acknowledged`);
    }
  },

  'desk.profiles.delete': ({ find }, { input }) => {
    find('DELETE', 'profiles', { user_id: input.userId });
  },

  'desk.sla.setTarget': ({ find }, { input }) => {
    const { priority, firstResponseMinutes, resolutionMinutes } = input as Record<string, string>;
    const row = { priority, first_response_minutes: firstResponseMinutes, resolution_minutes: resolutionMinutes };
    find('UPDATE', 'sla_targets', row as Row);
  },

  'desk.sla.setCalendar': ({ find }, { input, data }) => {
    assert.deepEqual(data, input);
    const { revision, ...row } = find('UPDATE', 'sla_calendar', { id: 1, time_zone: input.timeZone });
    assert.ok(typeof revision === 'string');
    assert.deepEqual(row, {
      id: 1,
      time_zone: input.timeZone,
      weekly_hours: input.weeklyHours,
      holidays: input.holidays,
    });
  },
};

/** What the call must leave as it was; other calls of a batch may change it. */
function requireSame({ before, accepted }: WriteScope, table: string, id: unknown, columns: Row): void {
  const known = before.row(table, String(id));
  if (known === undefined || accepted.length > 1) return;
  assert.deepEqual({ ...known, ...columns }, known);
}

/** A name may have lost its key, where the new one has the same: a trigger then takes it for that of the name before. */
function checkKey({ seek }: WriteScope, table: string, row: Row, wanted: Row): void {
  for (const [column, key] of Object.entries(wanted)) {
    assert.ok(row[column] === key || row[column] === null, `${column} is ${String(row[column])}, not ${String(key)}`);
    if (row[column] !== null) seek('UPDATE', table, { ...row, [column]: null });
  }
}

/** A macro as the answer has it. */
function macroRow({ macroId, name, text, updatedAt }: Accepted['data']): Row {
  return { id: macroId, name, name_key: nameKey(String(name)), text, updated_at: updatedAt } as Row;
}

/** A category as the answer has it. */
function categoryRow({ categoryId, name, description, archivedAt }: Accepted['data']): Row {
  const key = archivedAt === null ? nameKey(String(name)) : null;
  return { id: categoryId, name, active_name_key: key, description, archived_at: archivedAt } as Row;
}
