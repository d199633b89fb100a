-- What opening and closing a ticket costs (docs/decisions/0013-desk-queue-and-search.md): three indexes fewer for each new ticket.

-- No statement looks for tickets by their category: the queue looks at what it has in its order, one by one.
DROP INDEX "tickets_category_id_idx";

-- By hand from here on: Prisma's models know no partial indexes. Open tickets are in neither, and closed ones in those of what
-- has happened to them.
DROP INDEX "tickets_status_resolved_at_idx";
CREATE INDEX "tickets_status_resolved_at_idx" ON "tickets"("status", "resolved_at") WHERE "resolved_at" IS NOT NULL;
DROP INDEX "tickets_first_response_at_idx";
CREATE INDEX "tickets_first_response_at_idx" ON "tickets"("first_response_at") WHERE "first_response_at" IS NOT NULL;

-- These three do what they did, by fewer statements: each takes PL/pgSQL 10 to 20 µs, an expression next to nothing.

CREATE OR REPLACE FUNCTION lock_user("user_id" TEXT) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE COST 10000 AS $$
BEGIN
    RETURN pg_advisory_xact_lock(726366, hashtext("user_id")) IS NOT NULL;
END $$;

CREATE OR REPLACE FUNCTION "count_inserted_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    segment TIMESTAMPTZ;
    size BIGINT;
    locked BOOLEAN;
BEGIN
    -- One at a time for each user: a segment must not start before a ticket that is being counted as older. What is read
    -- below is what the one before has left, as each statement of a READ COMMITTED transaction looks anew.
    locked := lock_user(NEW.user_id);
    WITH counted AS (
        INSERT INTO ticket_counts AS kept (user_id, status, priority, count)
        VALUES (NEW.user_id, NEW.status, NEW.priority, 1)
        ON CONFLICT (user_id, status, priority) DO UPDATE SET count = kept.count + 1
    )
    -- Without segments, how many the user had before this one.
    SELECT newest.starts_at, COALESCE(newest.count, (SELECT sum(count) FROM ticket_counts WHERE user_id = NEW.user_id))
    INTO segment, size
    FROM (SELECT) AS one LEFT JOIN (
        SELECT starts_at, count FROM ticket_segments
        WHERE user_id = NEW.user_id AND status = '*' AND priority = '*' ORDER BY starts_at DESC LIMIT 1
    ) AS newest ON true;
    IF size >= 1000 AND NOT EXISTS (
        SELECT FROM tickets WHERE user_id = NEW.user_id AND created_at >= NEW.created_at AND id <> NEW.id
    ) THEN
        -- The newest segment is full, and no ticket would be in the next one already.
        segment := NEW.created_at;
    ELSIF segment > NEW.created_at THEN
        -- By a clock that is behind.
        SELECT max(starts_at) INTO segment FROM ticket_segments
        WHERE user_id = NEW.user_id AND status = '*' AND priority = '*' AND starts_at <= NEW.created_at;
    END IF;
    IF segment IS NOT NULL THEN
        INSERT INTO ticket_segments AS kept (user_id, status, priority, starts_at, count)
        VALUES (NEW.user_id, '*', '*', segment, 1), (NEW.user_id, '*', NEW.priority, segment, 1),
            (NEW.user_id, NEW.status, '*', segment, 1), (NEW.user_id, NEW.status, NEW.priority, segment, 1)
        ON CONFLICT (user_id, status, priority, starts_at) DO UPDATE SET count = kept.count + 1;
    END IF;
    RETURN NULL;
END $$;

-- Within one user's list. The order of the rows is of no account: whoever changes any of them has the lock.
CREATE OR REPLACE FUNCTION "count_changed_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    segment TIMESTAMPTZ;
    locked BOOLEAN;
BEGIN
    locked := lock_user(NEW.user_id);
    WITH counted AS (
        INSERT INTO ticket_counts AS kept (user_id, status, priority, count)
        VALUES (NEW.user_id, OLD.status, OLD.priority, -1), (NEW.user_id, NEW.status, NEW.priority, 1)
        ON CONFLICT (user_id, status, priority) DO UPDATE SET count = kept.count + excluded.count
    )
    SELECT max(starts_at) INTO segment FROM ticket_segments
    WHERE user_id = NEW.user_id AND status = '*' AND priority = '*' AND starts_at <= NEW.created_at;
    IF segment IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO ticket_segments AS kept (user_id, status, priority, starts_at, count)
    VALUES (NEW.user_id, OLD.status, OLD.priority, segment, -1), (NEW.user_id, NEW.status, NEW.priority, segment, 1)
    ON CONFLICT (user_id, status, priority, starts_at) DO UPDATE SET count = kept.count + excluded.count;
    IF NEW.status <> OLD.status THEN
        INSERT INTO ticket_segments AS kept (user_id, status, priority, starts_at, count)
        VALUES (NEW.user_id, OLD.status, '*', segment, -1), (NEW.user_id, NEW.status, '*', segment, 1)
        ON CONFLICT (user_id, status, priority, starts_at) DO UPDATE SET count = kept.count + excluded.count;
    END IF;
    IF NEW.priority <> OLD.priority THEN
        INSERT INTO ticket_segments AS kept (user_id, status, priority, starts_at, count)
        VALUES (NEW.user_id, '*', OLD.priority, segment, -1), (NEW.user_id, '*', NEW.priority, segment, 1)
        ON CONFLICT (user_id, status, priority, starts_at) DO UPDATE SET count = kept.count + excluded.count;
    END IF;
    RETURN NULL;
END $$;
