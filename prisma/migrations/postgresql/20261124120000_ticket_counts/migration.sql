-- CreateTable
CREATE TABLE "ticket_counts" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "priority" TEXT COLLATE "C" NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "ticket_counts_pkey" PRIMARY KEY ("user_id","status","priority")
);

-- CreateTable
CREATE TABLE "ticket_segments" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "priority" TEXT COLLATE "C" NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "ticket_segments_pkey" PRIMARY KEY ("user_id","status","priority","starts_at")
);

-- CreateIndex
CREATE INDEX "tickets_user_id_status_created_at_id_idx" ON "tickets"("user_id", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tickets_user_id_priority_created_at_id_idx" ON "tickets"("user_id", "priority", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tickets_user_id_status_priority_created_at_id_idx" ON "tickets"("user_id", "status", "priority", "created_at" DESC, "id" DESC);

-- A statement is planned once, for a user of average size: for few rows a bitmap and a sort look cheaper than the index
-- that has them in order, and for who has thousands of tickets they are not. With this, the average user is a heavy one.
ALTER TABLE "tickets" ALTER COLUMN "user_id" SET (n_distinct = 20);

-- The counts follow `tickets` by triggers, in the transaction of the change: no statement can forget them.

CREATE FUNCTION "count_inserted_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    segment TIMESTAMPTZ;
    size BIGINT;
BEGIN
    -- One at a time for each user: a segment must not start before a ticket that is being counted as older. What is read
    -- below is what the one before has left, as each statement of a READ COMMITTED transaction looks anew.
    PERFORM pg_advisory_xact_lock(726366, hashtext(NEW.user_id));
    SELECT starts_at, count INTO segment, size FROM ticket_segments
    WHERE user_id = NEW.user_id AND status = '*' AND priority = '*' ORDER BY starts_at DESC LIMIT 1;
    IF segment IS NULL THEN
        SELECT sum(count) INTO size FROM ticket_counts WHERE user_id = NEW.user_id;
    END IF;

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

    INSERT INTO ticket_counts AS kept (user_id, status, priority, count)
    VALUES (NEW.user_id, NEW.status, NEW.priority, 1)
    ON CONFLICT (user_id, status, priority) DO UPDATE SET count = kept.count + 1;
    IF segment IS NOT NULL THEN
        INSERT INTO ticket_segments AS kept (user_id, status, priority, starts_at, count)
        VALUES (NEW.user_id, '*', '*', segment, 1), (NEW.user_id, '*', NEW.priority, segment, 1),
            (NEW.user_id, NEW.status, '*', segment, 1), (NEW.user_id, NEW.status, NEW.priority, segment, 1)
        ON CONFLICT (user_id, status, priority, starts_at) DO UPDATE SET count = kept.count + 1;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION "count_deleted_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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

-- Within one user's list.
CREATE FUNCTION "count_changed_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    segment TIMESTAMPTZ;
    first tickets := OLD;
    second tickets := NEW;
    change INTEGER := -1;
BEGIN
    -- In one order, so that two that move tickets there and back don't wait for one another in a circle.
    IF (NEW.status, NEW.priority) < (OLD.status, OLD.priority) THEN
        first := NEW;
        second := OLD;
        change := 1;
    END IF;
    INSERT INTO ticket_counts AS kept (user_id, status, priority, count)
    VALUES (NEW.user_id, first.status, first.priority, change), (NEW.user_id, second.status, second.priority, -change)
    ON CONFLICT (user_id, status, priority) DO UPDATE SET count = kept.count + excluded.count;

    SELECT max(starts_at) INTO segment FROM ticket_segments
    WHERE user_id = NEW.user_id AND status = '*' AND priority = '*' AND starts_at <= NEW.created_at;
    IF segment IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO ticket_segments AS kept (user_id, status, priority, starts_at, count)
    VALUES (NEW.user_id, first.status, first.priority, segment, change), (NEW.user_id, second.status, second.priority, segment, -change)
    ON CONFLICT (user_id, status, priority, starts_at) DO UPDATE SET count = kept.count + excluded.count;
    IF NEW.status <> OLD.status THEN
        INSERT INTO ticket_segments AS kept (user_id, status, priority, starts_at, count)
        VALUES (NEW.user_id, first.status, '*', segment, change), (NEW.user_id, second.status, '*', segment, -change)
        ON CONFLICT (user_id, status, priority, starts_at) DO UPDATE SET count = kept.count + excluded.count;
    END IF;
    IF NEW.priority <> OLD.priority THEN
        INSERT INTO ticket_segments AS kept (user_id, status, priority, starts_at, count)
        VALUES (NEW.user_id, '*', first.priority, segment, change), (NEW.user_id, '*', second.priority, segment, -change)
        ON CONFLICT (user_id, status, priority, starts_at) DO UPDATE SET count = kept.count + excluded.count;
    END IF;
    RETURN NULL;
END $$;

-- Their lock on the table also keeps writers out until what is there has been counted.
CREATE TRIGGER "tickets_count_insert" AFTER INSERT ON "tickets"
    FOR EACH ROW EXECUTE FUNCTION "count_inserted_ticket"();

CREATE TRIGGER "tickets_count_update" AFTER UPDATE OF "status", "priority" ON "tickets"
    FOR EACH ROW WHEN ((OLD.user_id, OLD.created_at) = (NEW.user_id, NEW.created_at) AND (OLD.status, OLD.priority) <> (NEW.status, NEW.priority))
    EXECUTE FUNCTION "count_changed_ticket"();

-- To another list, or another place in it: the one from which it is gone first, by the order of the names.
CREATE TRIGGER "tickets_count_move_1" AFTER UPDATE OF "user_id", "created_at" ON "tickets"
    FOR EACH ROW WHEN ((OLD.user_id, OLD.created_at) <> (NEW.user_id, NEW.created_at))
    EXECUTE FUNCTION "count_deleted_ticket"();

CREATE TRIGGER "tickets_count_move_2" AFTER UPDATE OF "user_id", "created_at" ON "tickets"
    FOR EACH ROW WHEN ((OLD.user_id, OLD.created_at) <> (NEW.user_id, NEW.created_at))
    EXECUTE FUNCTION "count_inserted_ticket"();

CREATE TRIGGER "tickets_count_delete" AFTER DELETE ON "tickets"
    FOR EACH ROW EXECUTE FUNCTION "count_deleted_ticket"();

-- Counts all tickets anew: here, and after an import that went past the triggers.
CREATE FUNCTION "recount_tickets"() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE tickets IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM ticket_counts;
    DELETE FROM ticket_segments;

    INSERT INTO ticket_counts (user_id, status, priority, count)
    SELECT user_id, status, priority, count(*) FROM tickets GROUP BY user_id, status, priority;

    INSERT INTO ticket_segments (user_id, status, priority, starts_at, count)
    SELECT user_id, kind.status, kind.priority, starts_at, count(*)
    FROM (
        -- Tickets of the same time fall into the same segment, that of the last start.
        SELECT user_id, status, priority,
            max(CASE WHEN number > 1 AND number % 1000 = 1 THEN created_at END) OVER (PARTITION BY user_id ORDER BY created_at) AS starts_at
        FROM (
            SELECT user_id, created_at, status, priority,
                row_number() OVER (PARTITION BY user_id ORDER BY created_at, id) AS number
            FROM tickets
        ) AS numbered
    ) AS placed
        CROSS JOIN LATERAL (VALUES ('*', '*'), (placed.status, '*'), ('*', placed.priority), (placed.status, placed.priority))
            AS kind (status, priority)
    WHERE starts_at IS NOT NULL
    GROUP BY user_id, kind.status, kind.priority, starts_at;
END $$;

SELECT "recount_tickets"();
