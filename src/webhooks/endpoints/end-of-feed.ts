import { query } from '../../db/sql/query.js';
import type { Sql } from '../../db/sql/sql.js';

/** SQL: models know nothing of the feed's order. */
const selectEnd = query('end of feed', {}, ({ db, isInFeed }) =>
  db
    .selectFrom('events')
    .select(['transaction_id as position', 'id as eventId'])
    .where((eb) => isInFeed(eb.ref('transaction_id')))
    .orderBy('transaction_id', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);

/** The place of the newest event that readers of the feed can see: what happens from now on comes after it. */
export async function endOfFeed(sql: Sql): Promise<{ position: bigint; eventId: bigint }> {
  const { position = 0, eventId = 0 } = (await sql.row(selectEnd, {})) ?? {};
  return { position: BigInt(position), eventId: BigInt(eventId) };
}
