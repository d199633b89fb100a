import type pg from 'pg';

/**
 * Whether events stand behind this server's present: its transaction ids begin anew where a dump is restored, and new
 * events would come in front of what readers of the feed have read. Within one server none can.
 */
export async function eventsAreAhead(client: pg.Client): Promise<boolean> {
  return (await missing(client)) > 0;
}

/** Brings the order of events forward, if it must be. Needs the lock of migrations. */
export async function bringEventsForward(client: pg.Client): Promise<void> {
  const more = await missing(client);
  if (more === 0) return;
  const { rows } = await client.query('SELECT event_offset() AS now');
  const offset = BigInt(rows[0].now) + BigInt(more);
  await client.query(
    `CREATE OR REPLACE FUNCTION event_offset() RETURNS BIGINT LANGUAGE sql STABLE AS 'SELECT ${offset}::bigint'`,
  );
}

/** By how much event_offset() is too small; 0 where it is not. */
async function missing(client: pg.Client): Promise<number> {
  const { rows: made } = await client.query(`SELECT to_regprocedure('event_offset()') IS NOT NULL AS found`);
  if (made[0].found !== true) return 0;
  // One snapshot for both: what it shows was written by transactions that come before its end.
  const { rows } = await client.query(
    `SELECT GREATEST(0, max(transaction_id) + 1 - event_offset() - pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
       AS missing FROM events`,
  );
  return Number(rows[0]?.missing ?? 0);
}
