-- CreateTable
CREATE TABLE "ticket_counts" (
    "user_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "priority" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    PRIMARY KEY ("user_id", "status", "priority")
);

-- CreateTable
CREATE TABLE "ticket_segments" (
    "user_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "priority" TEXT NOT NULL,
    "starts_at" DATETIME NOT NULL,
    "count" INTEGER NOT NULL,

    PRIMARY KEY ("user_id", "status", "priority", "starts_at")
);

-- CreateIndex
CREATE INDEX "tickets_user_id_status_created_at_id_idx" ON "tickets"("user_id", "status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tickets_user_id_priority_created_at_id_idx" ON "tickets"("user_id", "priority", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tickets_user_id_status_priority_created_at_id_idx" ON "tickets"("user_id", "status", "priority", "created_at" DESC, "id" DESC);

-- The counts follow `tickets` by triggers, in the transaction of the change: no statement can forget them.

CREATE TRIGGER "tickets_count_insert" AFTER INSERT ON "tickets"
BEGIN
    -- A new segment starts where the newest one is full, unless there is a ticket that would be in it already.
    INSERT INTO "ticket_segments" ("user_id", "status", "priority", "starts_at", "count")
    SELECT NEW.user_id, '*', '*', NEW.created_at, 0
    WHERE coalesce(
            (SELECT "count" FROM "ticket_segments" WHERE "user_id" = NEW.user_id AND "status" = '*' AND "priority" = '*' ORDER BY "starts_at" DESC LIMIT 1),
            (SELECT sum("count") FROM "ticket_counts" WHERE "user_id" = NEW.user_id)
        ) >= 1000
        AND NOT EXISTS (SELECT 1 FROM "tickets" WHERE "user_id" = NEW.user_id AND "created_at" >= NEW.created_at AND "id" <> NEW.id)
    ON CONFLICT DO NOTHING;

    INSERT INTO "ticket_counts" ("user_id", "status", "priority", "count")
    VALUES (NEW.user_id, NEW.status, NEW.priority, 1)
    ON CONFLICT ("user_id", "status", "priority") DO UPDATE SET "count" = "count" + 1;

    INSERT INTO "ticket_segments" ("user_id", "status", "priority", "starts_at", "count")
    SELECT NEW.user_id, kind.column1, kind.column2, segment.starts_at, 1
    FROM (
        SELECT max("starts_at") AS starts_at FROM "ticket_segments"
        WHERE "user_id" = NEW.user_id AND "status" = '*' AND "priority" = '*' AND "starts_at" <= NEW.created_at
    ) AS segment, (VALUES ('*', '*'), (NEW.status, '*'), ('*', NEW.priority), (NEW.status, NEW.priority)) AS kind
    WHERE segment.starts_at IS NOT NULL
    ON CONFLICT ("user_id", "status", "priority", "starts_at") DO UPDATE SET "count" = "count" + 1;
END;

CREATE TRIGGER "tickets_count_update" AFTER UPDATE OF "user_id", "created_at", "status", "priority" ON "tickets"
WHEN (OLD.user_id, OLD.created_at, OLD.status, OLD.priority) <> (NEW.user_id, NEW.created_at, NEW.status, NEW.priority)
BEGIN
    INSERT INTO "ticket_counts" ("user_id", "status", "priority", "count")
    VALUES (OLD.user_id, OLD.status, OLD.priority, -1)
    ON CONFLICT ("user_id", "status", "priority") DO UPDATE SET "count" = "count" - 1;

    INSERT INTO "ticket_segments" ("user_id", "status", "priority", "starts_at", "count")
    SELECT OLD.user_id, kind.column1, kind.column2, segment.starts_at, -1
    FROM (
        SELECT max("starts_at") AS starts_at FROM "ticket_segments"
        WHERE "user_id" = OLD.user_id AND "status" = '*' AND "priority" = '*' AND "starts_at" <= OLD.created_at
    ) AS segment, (VALUES ('*', '*'), (OLD.status, '*'), ('*', OLD.priority), (OLD.status, OLD.priority)) AS kind
    WHERE segment.starts_at IS NOT NULL
    ON CONFLICT ("user_id", "status", "priority", "starts_at") DO UPDATE SET "count" = "count" - 1;

    INSERT INTO "ticket_counts" ("user_id", "status", "priority", "count")
    VALUES (NEW.user_id, NEW.status, NEW.priority, 1)
    ON CONFLICT ("user_id", "status", "priority") DO UPDATE SET "count" = "count" + 1;

    INSERT INTO "ticket_segments" ("user_id", "status", "priority", "starts_at", "count")
    SELECT NEW.user_id, kind.column1, kind.column2, segment.starts_at, 1
    FROM (
        SELECT max("starts_at") AS starts_at FROM "ticket_segments"
        WHERE "user_id" = NEW.user_id AND "status" = '*' AND "priority" = '*' AND "starts_at" <= NEW.created_at
    ) AS segment, (VALUES ('*', '*'), (NEW.status, '*'), ('*', NEW.priority), (NEW.status, NEW.priority)) AS kind
    WHERE segment.starts_at IS NOT NULL
    ON CONFLICT ("user_id", "status", "priority", "starts_at") DO UPDATE SET "count" = "count" + 1;
END;

CREATE TRIGGER "tickets_count_delete" AFTER DELETE ON "tickets"
BEGIN
    INSERT INTO "ticket_counts" ("user_id", "status", "priority", "count")
    VALUES (OLD.user_id, OLD.status, OLD.priority, -1)
    ON CONFLICT ("user_id", "status", "priority") DO UPDATE SET "count" = "count" - 1;

    INSERT INTO "ticket_segments" ("user_id", "status", "priority", "starts_at", "count")
    SELECT OLD.user_id, kind.column1, kind.column2, segment.starts_at, -1
    FROM (
        SELECT max("starts_at") AS starts_at FROM "ticket_segments"
        WHERE "user_id" = OLD.user_id AND "status" = '*' AND "priority" = '*' AND "starts_at" <= OLD.created_at
    ) AS segment, (VALUES ('*', '*'), (OLD.status, '*'), ('*', OLD.priority), (OLD.status, OLD.priority)) AS kind
    WHERE segment.starts_at IS NOT NULL
    ON CONFLICT ("user_id", "status", "priority", "starts_at") DO UPDATE SET "count" = "count" - 1;
END;

-- What is there already.
INSERT INTO "ticket_counts" ("user_id", "status", "priority", "count")
SELECT "user_id", "status", "priority", count(*) FROM "tickets" GROUP BY "user_id", "status", "priority";

WITH numbered AS (
    SELECT "user_id", "created_at", "status", "priority",
        row_number() OVER (PARTITION BY "user_id" ORDER BY "created_at", "id") AS number
    FROM "tickets"
), placed AS (
    -- Tickets of the same time fall into the same segment, that of the last start.
    SELECT "user_id", "status", "priority",
        max(CASE WHEN number > 1 AND number % 1000 = 1 THEN "created_at" END) OVER (PARTITION BY "user_id" ORDER BY "created_at") AS starts_at
    FROM numbered
), kinds AS (
    SELECT "user_id", "status", "priority", starts_at, count(*) AS tickets
    FROM placed WHERE starts_at IS NOT NULL GROUP BY "user_id", "status", "priority", starts_at
)
INSERT INTO "ticket_segments" ("user_id", "status", "priority", "starts_at", "count")
SELECT "user_id", "status", "priority", starts_at, tickets FROM kinds
UNION ALL SELECT "user_id", "status", '*', starts_at, sum(tickets) FROM kinds GROUP BY "user_id", "status", starts_at
UNION ALL SELECT "user_id", '*', "priority", starts_at, sum(tickets) FROM kinds GROUP BY "user_id", "priority", starts_at
UNION ALL SELECT "user_id", '*', '*', starts_at, sum(tickets) FROM kinds GROUP BY "user_id", starts_at;
