-- Where an event stands in the feed ("transaction_id"), and up to where the feed is complete. Functions, not a table:
-- a dump of the data alone fits any database that has been migrated.

-- Added to this server's transaction ids, which begin anew where a dump is restored. Made again with another value when
-- that has happened: see src/db/event-order.ts.
CREATE FUNCTION event_offset() RETURNS BIGINT LANGUAGE sql STABLE AS 'SELECT 0::bigint';

-- The newest of the writing transaction and of all that have ended. Not less than the first, so that the feed can wait for
-- those that are under way. Not less than the second, which is asked for under the ticket's lock, so that it is not less than
-- what an earlier change of the same ticket got: the first alone would be, where the later one's transaction began earlier.
-- PL/pgSQL, VOLATILE: looks at what is so now, not when the statement began.
CREATE FUNCTION event_position() RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN event_offset()
    + GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1);
END $$;

-- Every event before this is there to be read, and none will come. In the statement's own snapshot: inlined, not called.
CREATE FUNCTION event_horizon() RETURNS BIGINT LANGUAGE sql STABLE AS
  'SELECT event_offset() + pg_snapshot_xmin(pg_current_snapshot())::text::bigint';
