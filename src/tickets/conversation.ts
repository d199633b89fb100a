import type { Db } from '../db/sql/db.js';
import { type Expression, fragment, type SelectQueryBuilder } from '../db/sql/kysely.js';
import type { Tables } from '../db/sql/tables.js';
import { encodeCursor } from '../schema/cursor.js';
import { MAX_TEXT_BYTES } from '../schema/pagination.js';

/** The cursor of the messages before that position; null where there are none. */
export function olderThan(position: number): string | null {
  return position > 1 ? encodeCursor(['older', position]) : null;
}

/** A message or note: what it is found by, and how long its text is. */
interface Measured {
  id: string;
  bytes: number;
}

/** The messages of all tickets, for nearestIds(). */
export function measuredMessages(db: Db) {
  return db
    .selectFrom('messages')
    .select((eb) => ['id', 'position', eb.fn<number>('octet_length', ['content']).as('bytes')]);
}

interface Order<O> {
  /** They are ordered by these. */
  columns: readonly (keyof O & string)[];
  descending: boolean;
  limit: Expression<number> | number;
  /** Most bytes of text; by default MAX_TEXT_BYTES, but one whatever it has. */
  room?: Expression<number>;
}

/**
 * The ids of the first messages or notes of those that are chosen, in an order, as many as there is room for their texts.
 * They are found by the lengths alone.
 */
export function nearestIds<T extends keyof Tables, O extends Measured>(
  chosen: SelectQueryBuilder<Tables, T, O>,
  { columns, descending, limit, room }: Order<O>,
) {
  const order = fragment.join(
    columns.map((column) => fragment`${fragment.ref(column)}${descending ? fragment` DESC` : fragment``}`),
  );
  const nearest = chosen.orderBy(order).limit(limit);
  const fits = room ? fragment`total <= ${room}` : fragment`total <= ${MAX_TEXT_BYTES} OR total = bytes`;
  return fragment<string>`(
    SELECT id FROM (SELECT id, bytes, sum(bytes) OVER (ORDER BY ${order}) AS total FROM ${nearest} AS nearest) AS measured
    WHERE ${fits})`;
}
