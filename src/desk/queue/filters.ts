import type { Principal } from '../../auth/principal.js';
import { type Expression, expressionBuilder, fragment, type SqlBool } from '../../db/sql/kysely.js';
import type { Params, Placeholders } from '../../db/sql/params.js';
import type { Tables } from '../../db/sql/tables.js';
import { OWN_USER_ID } from '../../schema/text.js';
import { normalTag } from '../../tags/normal-tag.js';
import type { TicketPriority, TicketStatus } from '../../tickets/lifecycle.js';
import type { ListQueueInput, TicketFilters } from './schemas.js';

const tickets = expressionBuilder<Tables, 'tickets'>();

/** The values of the filters; null where one is not asked for. */
export const FILTER_VALUES = {
  categoryId: 'tickets.category_id?',
  assignee: 'tickets.assigned_agent?',
  requester: 'tickets.user_id?',
  tag: 'ticket_tags.tag?',
} as const;

/** The values of the ranges of times; null where one is not asked for. */
export const RANGE_VALUES = {
  createdFrom: 'tickets.created_at?',
  createdTo: 'tickets.created_at?',
  updatedFrom: 'tickets.updated_at?',
  updatedTo: 'tickets.updated_at?',
} as const;

export type RangeEnd = keyof typeof RANGE_VALUES;
const RANGE_ENDS = Object.keys(RANGE_VALUES) as RangeEnd[];

/** What tickets are asked for, but for the values: so much of it stands in a statement's text. */
export interface Asked extends Partial<Record<keyof typeof FILTER_VALUES, true>> {
  readonly unassigned?: boolean;
  /** Values that the schema has checked against a list of ours. Without any, no ticket is asked for. */
  readonly status?: readonly TicketStatus[];
  readonly priority?: readonly TicketPriority[];
}

/** All filters but status and priority. */
export function askedFilters({ categoryId, assignee, unassigned, requester, tag }: TicketFilters): Asked {
  return {
    ...(categoryId !== undefined && { categoryId: true }),
    ...(assignee !== undefined && { assignee: true }),
    ...(unassigned !== undefined && { unassigned }),
    ...(requester !== undefined && { requester: true }),
    ...(tag !== undefined && { tag: true }),
  };
}

export function askedRanges(input: ListQueueInput): RangeEnd[] {
  return RANGE_ENDS.filter((end) => input[end] !== undefined);
}

export function filterValues(
  { userId }: Principal,
  { categoryId, assignee, requester, tag }: TicketFilters,
): Params<typeof FILTER_VALUES> {
  return {
    categoryId: categoryId ?? null,
    assignee: (assignee === OWN_USER_ID ? userId : assignee) ?? null,
    requester: requester ?? null,
    tag: tag === undefined ? null : normalTag(tag),
  };
}

export function rangeValues(input: ListQueueInput): Params<typeof RANGE_VALUES> {
  const time = (end: RangeEnd) => (input[end] === undefined ? null : new Date(input[end]));
  return {
    createdFrom: time('createdFrom'),
    createdTo: time('createdTo'),
    updatedFrom: time('updatedFrom'),
    updatedTo: time('updatedTo'),
  };
}

/** What is asked for as conditions on a row of `tickets`. */
export function askedConditions(
  { p }: { p: Placeholders<typeof FILTER_VALUES> },
  { categoryId, assignee, unassigned, requester, tag, status, priority }: Asked,
): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  if (categoryId) conditions.push(tickets('category_id', '=', p.categoryId));
  if (assignee) conditions.push(tickets('assigned_agent', '=', p.assignee));
  if (unassigned !== undefined) conditions.push(tickets('assigned_agent', unassigned ? 'is' : 'is not', null));
  if (requester) conditions.push(tickets('user_id', '=', p.requester));
  if (tag) conditions.push(isTagged(p.tag));
  if (status) conditions.push(isAmong('status', status));
  if (priority) conditions.push(isAmong('priority', priority));
  return conditions;
}

/** The same of ranges. From is part of one, to is not: ranges that meet have no ticket twice. */
export function rangeConditions(
  { p }: { p: Placeholders<typeof RANGE_VALUES> },
  ends: readonly RangeEnd[],
): Expression<SqlBool>[] {
  const conditions: Record<RangeEnd, () => Expression<SqlBool>> = {
    createdFrom: () => tickets('created_at', '>=', p.createdFrom),
    createdTo: () => tickets('created_at', '<', p.createdTo),
    updatedFrom: () => tickets('updated_at', '>=', p.updatedFrom),
    updatedTo: () => tickets('updated_at', '<', p.updatedTo),
  };
  return ends.map((end) => conditions[end]());
}

function isTagged(tag: Expression<string | null>): Expression<SqlBool> {
  const tagged = tickets
    .selectFrom('ticket_tags')
    .select(fragment.lit(1).as('one'))
    .where('tag', '=', tag)
    .whereRef('ticket_id', '=', 'id');
  return tickets.exists(tagged);
}

function isAmong<C extends 'status' | 'priority'>(
  column: C,
  allowed: readonly Tables['tickets'][C][],
): Expression<SqlBool> {
  if (allowed.length === 0) return fragment<SqlBool>`1 = 0`;
  return fragment<SqlBool>`${tickets.ref(column)} IN (${fragment.join(allowed)})`;
}
