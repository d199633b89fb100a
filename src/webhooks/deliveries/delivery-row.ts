import { query } from '../../db/sql/query.js';
import type { RowOf } from '../../db/sql/row.js';
import type { Sql } from '../../db/sql/sql.js';
import { AppError } from '../../errors/app-error.js';
import { isStorable } from '../../schema/text.js';
import { type Delivery, TEST_TYPE } from '../schemas.js';

export const COLUMNS = [
  'webhook_deliveries.id as deliveryId',
  'webhook_deliveries.endpoint_id as webhookId',
  'webhook_deliveries.event_id as eventId',
  'webhook_deliveries.state',
  'webhook_deliveries.attempts',
  'webhook_deliveries.due_at as dueAt',
  'webhook_deliveries.created_at as createdAt',
  'webhook_deliveries.ended_at as endedAt',
  'events.type',
  'events.ticket_id as ticketId',
] as const;

/** SQL: no model's relation leads to the event. */
const selectDelivery = query(
  'select webhook delivery',
  { webhookId: 'webhook_endpoints.id', deliveryId: 'webhook_deliveries.id' },
  ({ db, p }) =>
    db
      .selectFrom('webhook_deliveries')
      .innerJoin('webhook_endpoints', 'webhook_endpoints.id', 'webhook_deliveries.endpoint_id')
      .leftJoin('events', 'events.id', 'webhook_deliveries.event_id')
      .select(COLUMNS)
      .where('webhook_deliveries.id', '=', p.deliveryId)
      .where('webhook_endpoints.id', '=', p.webhookId)
      .where('webhook_endpoints.removed_at', 'is', null),
);

export function toDelivery({ dueAt, type, ...row }: RowOf<typeof selectDelivery>): Delivery {
  return { ...row, type: (type ?? TEST_TYPE) as Delivery['type'], nextAttemptAt: dueAt };
}

/** @throws AppError NOT_FOUND */
export async function findDelivery(sql: Sql, webhookId: string, deliveryId: string): Promise<Delivery> {
  const isId = isStorable(webhookId) && isStorable(deliveryId);
  const found = isId ? await sql.row(selectDelivery, { webhookId, deliveryId }) : undefined;
  if (found === undefined) throw new AppError('NOT_FOUND', { message: 'Delivery not found' });
  return toDelivery(found);
}
