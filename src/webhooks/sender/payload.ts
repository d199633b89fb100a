import { encodeCursor } from '../../schema/cursor.js';
import { TEST_TYPE } from '../schemas.js';
import type { DueDelivery } from './due-deliveries.js';

/** Fields of events that hold what people have written. */
const TEXTS = ['resolution', 'name'];

/** The body of a delivery: what happened, as ids and values of fields. Whoever needs texts asks the API for them. */
export function payloadOf({ event, createdAt, webhookId }: DueDelivery): string {
  if (event === null) return JSON.stringify({ type: TEST_TYPE, timestamp: createdAt, data: { webhookId } });
  const { type, happenedAt, eventId, position, ticketId, requester, actor, version } = event;
  const data = {
    eventId,
    cursor: encodeCursor([position, eventId]),
    ticketId,
    requester,
    actor,
    version,
    before: withoutTexts(event.before),
    after: withoutTexts(event.after),
  };
  return JSON.stringify({ type, timestamp: happenedAt, data });
}

function withoutTexts(fields: string): object {
  const known = Object.entries(JSON.parse(fields) as object);
  return Object.fromEntries(known.filter(([name]) => !TEXTS.includes(name)));
}
