import { z } from 'zod';
import { query } from '../../db/sql/query.js';
import type { RowOf } from '../../db/sql/row.js';
import type { Sql } from '../../db/sql/sql.js';
import { AppError } from '../../errors/app-error.js';
import type { TransactionScope } from '../../procedure/scope.js';
import { decodeCursor, serial } from '../../schema/cursor.js';
import { parseTime } from '../../schema/time.js';
import { findEndpoint, SHOWN, toWebhook } from '../endpoints/endpoint-row.js';
import type { RedeliverSinceInput, Webhook } from '../schemas.js';

/** By how much the times of events may be in another order than their ids: no transaction takes as long. */
const MARGIN_MS = 5 * 60_000;

const feedPlace = z.tuple([serial, serial]);

/** SQL: models have no rows in the order of the feed. */
const selectFrom = query('first event from an id on', { eventId: 'events.id' }, ({ db, p }) =>
  db
    .selectFrom('events')
    .select(['id as eventId', 'transaction_id as position', 'created_at as createdAt'])
    .where('id', '>=', p.eventId)
    .orderBy('id')
    .limit(1),
);
const selectLastId = query('last event id', {}, ({ db }) =>
  db.selectFrom('events').select((eb) => eb.fn.max('id').as('eventId')),
);
/** Never forward: nothing would be sent of what lies between. */
const moveBack = query(
  'move webhook back',
  {
    webhookId: 'webhook_endpoints.id',
    position: 'webhook_endpoints.position',
    eventId: 'webhook_endpoints.event_id',
    now: 'webhook_endpoints.updated_at',
  },
  ({ db, p }) =>
    db
      .updateTable('webhook_endpoints')
      .set({ position: p.position, event_id: p.eventId, updated_at: p.now })
      .where('id', '=', p.webhookId)
      .where((eb) => eb(eb.refTuple('position', 'event_id'), '>', eb.tuple(p.position, p.eventId))),
);

/**
 * Has all events sent to an endpoint again, those that it gets now, from a time or a place in the feed on: what is still known as a delivery
 * under its id, the rest under new ones. What happens meanwhile comes after them.
 *
 * @throws AppError NOT_FOUND; BAD_REQUEST at `after` for what is no cursor of the feed, and where not one of the two is given
 */
export async function redeliverSince(
  { db, clock }: TransactionScope,
  { webhookId, since, after }: RedeliverSinceInput,
): Promise<Webhook> {
  if ((since === undefined) === (after === undefined)) {
    throw new AppError('BAD_REQUEST', { details: [{ path: 'since', message: 'Give either since or after' }] });
  }
  const place = after === undefined ? await placeBefore(db, since ?? '') : placeIn(after);
  await findEndpoint(db, webhookId);
  if (place !== undefined) {
    const [position, eventId] = place;
    await db.run(moveBack, { webhookId, position, eventId, now: clock.now() });
  }
  const row = await db.webhookEndpoint.findUniqueOrThrow({ where: { id: webhookId }, select: SHOWN });
  return toWebhook(row, clock.now());
}

function placeIn(after: string): readonly [position: number, eventId: number] {
  return decodeCursor(after, feedPlace, { path: 'after', message: 'Must be a cursor of the feed' });
}

/** A place before all events since a time; undefined: there are none. */
async function placeBefore(sql: Sql, since: string) {
  const from = (parseTime(since)?.getTime() ?? 0) - MARGIN_MS;
  const isSince = ({ createdAt }: RowOf<typeof selectFrom>) => Date.parse(createdAt) >= from;
  // Times rise with ids, but for the margin: the first one is found in as many steps as the number has digits in binary.
  let [low, high] = [1, Number((await sql.row(selectLastId, {}))?.eventId ?? 0) + 1];
  let first: RowOf<typeof selectFrom> | undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const event = await sql.row(selectFrom, { eventId: middle });
    if (event === undefined || isSince(event)) {
      first = event ?? first;
      high = middle;
    } else {
      low = event.eventId + 1;
    }
  }
  return first === undefined ? undefined : ([first.position, first.eventId - 1] as const);
}
