-- By hand, all but the second index: Prisma's models know neither expressions in indexes nor what search needs.

-- The orders of the queue (src/desk/queue/orders.ts), each for one status.
CREATE INDEX "tickets_status_waiting_idx" ON "tickets"("status", COALESCE("waiting_since", '9999-12-31T23:59:59.999+00:00'), "id", "assigned_agent");
-- CreateIndex
CREATE INDEX "tickets_status_updated_at_id_idx" ON "tickets"("status", "updated_at", "id");
CREATE INDEX "tickets_status_priority_created_idx" ON "tickets"("status",
    (CASE "priority" WHEN 'Critical' THEN 1 WHEN 'High' THEN 2 WHEN 'Medium' THEN 3 ELSE 4 END), "created_at", "id");

-- How many tickets are closed: the sum over all shards, of which there is one here, as there is one writer.
CREATE TABLE "closed_tickets" (
    "shard" INTEGER NOT NULL PRIMARY KEY,
    "count" BIGINT NOT NULL
);
INSERT INTO "closed_tickets" SELECT 0, count(*) FROM "tickets" WHERE "status" = 'Closed';
CREATE TRIGGER "tickets_closed_insert" AFTER INSERT ON "tickets" WHEN NEW."status" = 'Closed'
    BEGIN UPDATE "closed_tickets" SET "count" = "count" + 1; END;
CREATE TRIGGER "tickets_closed_update" AFTER UPDATE OF "status" ON "tickets"
    WHEN (OLD."status" = 'Closed') <> (NEW."status" = 'Closed')
    BEGIN UPDATE "closed_tickets" SET "count" = "count" + CASE WHEN NEW."status" = 'Closed' THEN 1 ELSE -1 END; END;
CREATE TRIGGER "tickets_closed_delete" AFTER DELETE ON "tickets" WHEN OLD."status" = 'Closed'
    BEGIN UPDATE "closed_tickets" SET "count" = "count" - 1; END;

-- A row for each text that can be found: a ticket's own, a message, a note.
CREATE TABLE "search_texts" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "ticket_id" TEXT NOT NULL,
    -- The id of the ticket, the message or the note.
    "source_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL
);
-- Their words (runs of letters and digits) by the same id, without the texts themselves.
CREATE VIRTUAL TABLE "search_index" USING fts5("subject", "content", content='', contentless_delete=1,
    tokenize="unicode61 remove_diacritics 2 categories 'L* Nd'");

INSERT INTO "search_texts" ("ticket_id", "source_id", "kind")
    SELECT "ticket_id", "source_id", "kind" FROM (
        SELECT "id" AS "ticket_id", "id" AS "source_id", 'ticket' AS "kind", "created_at" FROM "tickets"
        UNION ALL SELECT "ticket_id", "id", 'message', "created_at" FROM "messages"
        UNION ALL SELECT "ticket_id", "id", 'note', "created_at" FROM "notes"
    ) ORDER BY "created_at";
CREATE UNIQUE INDEX "search_texts_source_id_key" ON "search_texts"("source_id");
INSERT INTO "search_index" ("rowid", "subject", "content")
    SELECT s."id", COALESCE(t."subject", ''), COALESCE(t."description", m."content", n."content") FROM "search_texts" s
    LEFT JOIN "tickets" t ON s."kind" = 'ticket' AND t."id" = s."source_id"
    LEFT JOIN "messages" m ON s."kind" = 'message' AND m."id" = s."source_id"
    LEFT JOIN "notes" n ON s."kind" = 'note' AND n."id" = s."source_id"
    ORDER BY s."id";

CREATE TRIGGER "tickets_search_insert" AFTER INSERT ON "tickets" BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind") VALUES (NEW."id", NEW."id", 'ticket');
    INSERT INTO "search_index" ("rowid", "subject", "content") VALUES (last_insert_rowid(), NEW."subject", NEW."description");
END;
CREATE TRIGGER "tickets_search_update" AFTER UPDATE OF "subject", "description" ON "tickets" BEGIN
    UPDATE "search_index" SET "subject" = NEW."subject", "content" = NEW."description"
        WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
END;
CREATE TRIGGER "tickets_search_delete" AFTER DELETE ON "tickets" BEGIN
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_texts" WHERE "source_id" = OLD."id";
END;

CREATE TRIGGER "messages_search_insert" AFTER INSERT ON "messages" BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind") VALUES (NEW."ticket_id", NEW."id", 'message');
    INSERT INTO "search_index" ("rowid", "subject", "content") VALUES (last_insert_rowid(), '', NEW."content");
END;
CREATE TRIGGER "messages_search_update" AFTER UPDATE OF "content" ON "messages" BEGIN
    UPDATE "search_index" SET "subject" = '', "content" = NEW."content"
        WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
END;
CREATE TRIGGER "messages_search_delete" AFTER DELETE ON "messages" BEGIN
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_texts" WHERE "source_id" = OLD."id";
END;

CREATE TRIGGER "notes_search_insert" AFTER INSERT ON "notes" BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind") VALUES (NEW."ticket_id", NEW."id", 'note');
    INSERT INTO "search_index" ("rowid", "subject", "content") VALUES (last_insert_rowid(), '', NEW."content");
END;
CREATE TRIGGER "notes_search_update" AFTER UPDATE OF "content" ON "notes" BEGIN
    UPDATE "search_index" SET "subject" = '', "content" = NEW."content"
        WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
END;
CREATE TRIGGER "notes_search_delete" AFTER DELETE ON "notes" BEGIN
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_texts" WHERE "source_id" = OLD."id";
END;
