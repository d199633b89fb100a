import type { Principal } from '../../auth/principal.js';
import type { Value } from '../../db/sql/statement.js';
import { OWN_USER_ID } from '../../schema/text.js';
import { normalTag } from '../../tags/normal-tag.js';
import type { ListQueueInput, TicketFilters } from './schemas.js';

/** Conditions on a row of `tickets`, and the values that they name. */
export interface Conditions {
  readonly sql: readonly string[];
  readonly values: Record<string, Value>;
}

/** One of several values, which the schema has checked against a list of ours. */
export function among(column: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return '1 = 0';
  return `${column} IN (${allowed.map((value) => `'${value}'`).join(', ')})`;
}

/** All filters but status and priority. */
export function filterConditions(
  { userId }: Principal,
  { categoryId, assignee, unassigned, requester, tag }: TicketFilters,
): Conditions {
  const sql: string[] = [];
  const values: Record<string, Value> = {};
  const equal = (column: string, name: string, value: string | undefined) => {
    if (value === undefined) return;
    sql.push(`${column} = :${name}`);
    values[name] = value;
  };
  equal('category_id', 'categoryId', categoryId);
  equal('assigned_agent', 'assignee', assignee === OWN_USER_ID ? userId : assignee);
  if (unassigned !== undefined) sql.push(`assigned_agent IS ${unassigned ? '' : 'NOT '}NULL`);
  equal('user_id', 'requester', requester);
  if (tag !== undefined) {
    sql.push('EXISTS (SELECT 1 FROM ticket_tags WHERE tag = :tag AND ticket_id = id)');
    values.tag = normalTag(tag);
  }
  return { sql, values };
}

type Range = 'created' | 'updated';

/** From is part of a range, to is not: ranges that meet have no ticket twice. */
export function rangeConditions(range: Range, input: ListQueueInput): Conditions {
  const sql: string[] = [];
  const values: Record<string, Value> = {};
  for (const [end, comparison] of [
    ['From', '>='],
    ['To', '<'],
  ] as const) {
    const name = `${range}${end}` as const;
    const time = input[name];
    if (time === undefined) continue;
    sql.push(`${range}_at ${comparison} :${name}`);
    values[name] = new Date(time);
  }
  return { sql, values };
}
