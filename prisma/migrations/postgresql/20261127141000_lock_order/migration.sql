-- Locks are taken in one order, by whomever: docs/decisions/0019-lock-order.md.

-- The lock of a user, until the transaction ends: taken before that of any ticket of theirs whose status or priority is to
-- change. It is the one that count_inserted_ticket() has taken all along. True, and dear: in a WHERE, PostgreSQL looks at all
-- else before it, so that only the user of a row that matches is locked.
CREATE FUNCTION lock_user("user_id" TEXT) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE COST 10000 AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(726366, hashtext("user_id"));
    RETURN TRUE;
END $$;

-- The same without waiting: false where somebody else has it.
CREATE FUNCTION try_lock_user("user_id" TEXT) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE COST 10000 AS $$
BEGIN
    RETURN pg_try_advisory_xact_lock(726366, hashtext("user_id"));
END $$;

-- These two as before, but under the lock of the user.

CREATE OR REPLACE FUNCTION "count_deleted_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_user(OLD.user_id);
    UPDATE ticket_counts SET count = count - 1
    WHERE user_id = OLD.user_id AND status = OLD.status AND priority = OLD.priority;
    UPDATE ticket_segments SET count = count - 1
    WHERE user_id = OLD.user_id AND status IN ('*', OLD.status) AND priority IN ('*', OLD.priority)
        AND starts_at = (
            SELECT max(starts_at) FROM ticket_segments
            WHERE user_id = OLD.user_id AND status = '*' AND priority = '*' AND starts_at <= OLD.created_at
        );
    RETURN NULL;
END $$;

-- Within one user's list. The order of the rows is of no account: whoever changes any of them has the lock.
CREATE OR REPLACE FUNCTION "count_changed_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    segment TIMESTAMPTZ;
BEGIN
    PERFORM lock_user(NEW.user_id);
    INSERT INTO ticket_counts AS kept (user_id, status, priority, count)
    VALUES (NEW.user_id, OLD.status, OLD.priority, -1), (NEW.user_id, NEW.status, NEW.priority, 1)
    ON CONFLICT (user_id, status, priority) DO UPDATE SET count = kept.count + excluded.count;

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

-- Closed tickets are counted in the commit, and no longer at once: connections whose process numbers are the same modulo 32
-- have one row of closed_tickets in common, and whoever has it must not wait for a user or a ticket any more.
DROP TRIGGER "tickets_closed_insert" ON "tickets";
DROP TRIGGER "tickets_closed_update" ON "tickets";
DROP TRIGGER "tickets_closed_delete" ON "tickets";
CREATE CONSTRAINT TRIGGER "tickets_closed_insert" AFTER INSERT ON "tickets" DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW."status" = 'Closed') EXECUTE FUNCTION "count_closed_tickets"();
CREATE CONSTRAINT TRIGGER "tickets_closed_update" AFTER UPDATE OF "status" ON "tickets" DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD."status" = 'Closed') <> (NEW."status" = 'Closed')) EXECUTE FUNCTION "count_closed_tickets"();
CREATE CONSTRAINT TRIGGER "tickets_closed_delete" AFTER DELETE ON "tickets" DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD."status" = 'Closed') EXECUTE FUNCTION "count_closed_tickets"();
