import { encodeCursor } from '../schema/cursor.js';
import { MAX_TEXT_BYTES } from '../schema/pagination.js';

/** The cursor of the messages before that position; null where there are none. */
export function olderThan(position: number): string | null {
  return position > 1 ? encodeCursor(['older', position]) : null;
}

interface Nearest {
  table: 'messages' | 'notes';
  /** SQL of the ticket's id. */
  ticketId: string;
  /** They are ordered by these. */
  columns: readonly string[];
  descending: boolean;
  /** Which of the ticket's; all by default. */
  where?: string;
  limit: string | number;
  /** Most bytes of text; by default MAX_TEXT_BYTES, but one whatever it has. */
  room?: string;
}

/**
 * SQL: the ids of the first messages or notes of a ticket in an order, as many as there is room for their texts. They are
 * found by the lengths alone.
 */
export function nearestIds({ table, ticketId, columns, descending, where, limit, room }: Nearest): string {
  const order = columns.map((column) => (descending ? `${column} DESC` : column)).join(', ');
  return `
    SELECT id FROM (
      SELECT id, bytes, sum(bytes) OVER (ORDER BY ${order}) AS total FROM (
        SELECT ${[...new Set(['id', ...columns])].join(', ')}, octet_length(content) AS bytes
        FROM ${table} WHERE ticket_id = ${ticketId} ${where === undefined ? '' : `AND ${where}`}
        ORDER BY ${order} LIMIT ${limit}) AS nearest) AS measured
    WHERE ${room === undefined ? `total <= ${MAX_TEXT_BYTES} OR total = bytes` : `total <= ${room}`}`;
}
