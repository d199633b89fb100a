-- By hand, all but the second index: Prisma's models know neither expressions in indexes nor what search needs.

-- The orders of the queue (src/desk/queue/orders.ts), each for one status. What the expressions are made of is included:
-- PostgreSQL would otherwise look it up in the table.
CREATE INDEX "tickets_status_waiting_idx" ON "tickets"("status", COALESCE("waiting_since", '9999-12-31T23:59:59.999Z'), "id")
    INCLUDE ("waiting_since", "assigned_agent");
-- CreateIndex
CREATE INDEX "tickets_status_updated_at_id_idx" ON "tickets"("status", "updated_at", "id");
CREATE INDEX "tickets_status_priority_created_idx" ON "tickets"("status",
    (CASE "priority" WHEN 'Critical' THEN 1 WHEN 'High' THEN 2 WHEN 'Medium' THEN 3 ELSE 4 END), "created_at", "id")
    INCLUDE ("priority");

-- How many tickets are closed: the sum over all shards. Several, so that two who close tickets at the same time seldom
-- wait for one another, and one of them for each connection, so that a transaction never locks two.
CREATE TABLE "closed_tickets" (
    "shard" INTEGER NOT NULL PRIMARY KEY,
    "count" BIGINT NOT NULL
);
INSERT INTO "closed_tickets" SELECT n, 0 FROM generate_series(0, 31) n;
UPDATE "closed_tickets" SET "count" = (SELECT count(*) FROM "tickets" WHERE "status" = 'Closed') WHERE "shard" = 0;

CREATE FUNCTION "count_closed_tickets"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE "closed_tickets" SET "count" = "count"
        + CASE WHEN TG_OP <> 'DELETE' AND NEW."status" = 'Closed' THEN 1 ELSE 0 END
        - CASE WHEN TG_OP <> 'INSERT' AND OLD."status" = 'Closed' THEN 1 ELSE 0 END
        WHERE "shard" = pg_backend_pid() % 32;
    RETURN NULL;
END $$;
CREATE TRIGGER "tickets_closed_insert" AFTER INSERT ON "tickets"
    FOR EACH ROW WHEN (NEW."status" = 'Closed') EXECUTE FUNCTION "count_closed_tickets"();
CREATE TRIGGER "tickets_closed_update" AFTER UPDATE OF "status" ON "tickets"
    FOR EACH ROW WHEN ((OLD."status" = 'Closed') <> (NEW."status" = 'Closed')) EXECUTE FUNCTION "count_closed_tickets"();
CREATE TRIGGER "tickets_closed_delete" AFTER DELETE ON "tickets"
    FOR EACH ROW WHEN (OLD."status" = 'Closed') EXECUTE FUNCTION "count_closed_tickets"();

-- What the search takes for the same, letters whatever their case, Latin ones whatever their accents. As FTS5's
-- tokenizer unicode61 with remove_diacritics 2, and not by the locale of the database, which may know ASCII alone.
CREATE FUNCTION "search_fold"("value" TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length("value") = length("value") THEN lower("value" COLLATE "und-x-icu")
    ELSE regexp_replace(normalize(regexp_replace(normalize(translate(lower("value" COLLATE "und-x-icu"), 'ς', 'σ'), NFD),
        '([a-z])[\u0300-\u036f]+', '\1', 'g'), NFC), '[\u0300-\u036f]+', '', 'g') END
$$;

-- The words of a text (runs of letters and digits) with their places, by hand: the default parser would make other
-- tokens of what looks like an address, a path or a number, and no two versions of it the same.
CREATE FUNCTION "search_document"("subject" TEXT, "content" TEXT) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT COALESCE(string_agg('''' || left(word, 200) || ''':' || place, ' ')::tsvector, '') FROM (
        SELECT word, n::text || 'A' AS place
        FROM regexp_split_to_table(search_fold("subject") COLLATE "und-x-icu", '[^[:alnum:]]+') WITH ORDINALITY AS s(word, n)
        UNION ALL
        SELECT word, (n + 1000)::text
        FROM regexp_split_to_table(search_fold("content") COLLATE "und-x-icu", '[^[:alnum:]]+') WITH ORDINALITY AS c(word, n)
    ) AS words WHERE word <> ''
$$;

-- A row for each text that can be found: a ticket's own, a message, a note.
CREATE TABLE "search_texts" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "ticket_id" TEXT COLLATE "C" NOT NULL,
    -- The id of the ticket, the message or the note.
    "source_id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "document" tsvector NOT NULL
);
INSERT INTO "search_texts" ("ticket_id", "source_id", "kind", "document")
    SELECT "ticket_id", "source_id", "kind", search_document("subject", "content") FROM (
        SELECT "id" AS "ticket_id", "id" AS "source_id", 'ticket' AS "kind", "subject", "description" AS "content", "created_at" FROM "tickets"
        UNION ALL SELECT "ticket_id", "id", 'message', '', "content", "created_at" FROM "messages"
        UNION ALL SELECT "ticket_id", "id", 'note', '', "content", "created_at" FROM "notes"
    ) AS texts ORDER BY "created_at";
CREATE UNIQUE INDEX "search_texts_source_id_key" ON "search_texts"("source_id");
-- What is new waits in a list until there is enough of it to be sorted in: in small portions, so that nobody waits long.
CREATE INDEX "search_texts_document_idx" ON "search_texts" USING GIN ("document") WITH (gin_pending_list_limit = 512);

CREATE FUNCTION "index_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind", "document")
        VALUES (NEW."id", NEW."id", 'ticket', search_document(NEW."subject", NEW."description"))
        ON CONFLICT ("source_id") DO UPDATE SET "document" = EXCLUDED."document";
    RETURN NULL;
END $$;
-- Of a message or a note, by the trigger's argument.
CREATE FUNCTION "index_text"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind", "document")
        VALUES (NEW."ticket_id", NEW."id", TG_ARGV[0], search_document('', NEW."content"))
        ON CONFLICT ("source_id") DO UPDATE SET "document" = EXCLUDED."document";
    RETURN NULL;
END $$;
CREATE FUNCTION "forget_text"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM "search_texts" WHERE "source_id" = OLD."id";
    RETURN NULL;
END $$;
CREATE TRIGGER "tickets_search_insert" AFTER INSERT ON "tickets" FOR EACH ROW EXECUTE FUNCTION "index_ticket"();
CREATE TRIGGER "tickets_search_update" AFTER UPDATE OF "subject", "description" ON "tickets" FOR EACH ROW EXECUTE FUNCTION "index_ticket"();
CREATE TRIGGER "tickets_search_delete" AFTER DELETE ON "tickets" FOR EACH ROW EXECUTE FUNCTION "forget_text"();
CREATE TRIGGER "messages_search_insert" AFTER INSERT ON "messages" FOR EACH ROW EXECUTE FUNCTION "index_text"('message');
CREATE TRIGGER "messages_search_update" AFTER UPDATE OF "content" ON "messages" FOR EACH ROW EXECUTE FUNCTION "index_text"('message');
CREATE TRIGGER "messages_search_delete" AFTER DELETE ON "messages" FOR EACH ROW EXECUTE FUNCTION "forget_text"();
CREATE TRIGGER "notes_search_insert" AFTER INSERT ON "notes" FOR EACH ROW EXECUTE FUNCTION "index_text"('note');
CREATE TRIGGER "notes_search_update" AFTER UPDATE OF "content" ON "notes" FOR EACH ROW EXECUTE FUNCTION "index_text"('note');
CREATE TRIGGER "notes_search_delete" AFTER DELETE ON "notes" FOR EACH ROW EXECUTE FUNCTION "forget_text"();
