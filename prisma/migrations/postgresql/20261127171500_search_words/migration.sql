-- The words of a text are made in the service, and written with the text (docs/decisions/0021-search-words.md). Instances of
-- the version before go on as they did: what they write has no `indexed`.

-- AlterTable
ALTER TABLE "tickets" ADD COLUMN     "indexed" BOOLEAN NOT NULL DEFAULT false;
-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "indexed" BOOLEAN NOT NULL DEFAULT false;
-- AlterTable
ALTER TABLE "notes" ADD COLUMN     "indexed" BOOLEAN NOT NULL DEFAULT false;

-- By hand, from here on.

-- The version of the analyser that made the words; 0: search_document() did.
ALTER TABLE "search_texts" ADD COLUMN "analyser" INTEGER NOT NULL DEFAULT 0;
-- All words in order, for texts with more of them than a tsvector has places for.
ALTER TABLE "search_texts" ADD COLUMN "words" TEXT COLLATE "C";
-- Whether there are any that `npm run reindex` has to do.
CREATE INDEX "search_texts_outdated_idx" ON "search_texts"("id") WHERE "analyser" < 1;

CREATE OR REPLACE FUNCTION "index_ticket"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind", "document")
        VALUES (NEW."id", NEW."id", 'ticket', search_document(NEW."subject", NEW."description"))
        ON CONFLICT ("source_id") DO UPDATE SET "document" = EXCLUDED."document", "words" = NULL, "analyser" = 0;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION "index_text"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind", "document")
        VALUES (NEW."ticket_id", NEW."id", TG_ARGV[0], search_document('', NEW."content"))
        ON CONFLICT ("source_id") DO UPDATE SET "document" = EXCLUDED."document", "words" = NULL, "analyser" = 0;
    RETURN NULL;
END $$;

DROP TRIGGER "tickets_search_insert" ON "tickets";
DROP TRIGGER "messages_search_insert" ON "messages";
DROP TRIGGER "notes_search_insert" ON "notes";
CREATE TRIGGER "tickets_search_insert" AFTER INSERT ON "tickets" FOR EACH ROW
    WHEN (NOT NEW."indexed") EXECUTE FUNCTION "index_ticket"();
CREATE TRIGGER "messages_search_insert" AFTER INSERT ON "messages" FOR EACH ROW
    WHEN (NOT NEW."indexed") EXECUTE FUNCTION "index_text"('message');
CREATE TRIGGER "notes_search_insert" AFTER INSERT ON "notes" FOR EACH ROW
    WHEN (NOT NEW."indexed") EXECUTE FUNCTION "index_text"('note');
