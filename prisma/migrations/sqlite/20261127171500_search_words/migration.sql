-- The words of a text are made in the service, and written with the text (docs/decisions/0021-search-words.md). What is
-- written without them has no `indexed`: by instances of the version before, or by hand.

-- AlterTable
ALTER TABLE "tickets" ADD COLUMN "indexed" BOOLEAN NOT NULL DEFAULT false;
-- AlterTable
ALTER TABLE "messages" ADD COLUMN "indexed" BOOLEAN NOT NULL DEFAULT false;
-- AlterTable
ALTER TABLE "notes" ADD COLUMN "indexed" BOOLEAN NOT NULL DEFAULT false;

-- By hand, from here on.

-- The version of the analyser that made the words; 0: the tokenizer of search_index did.
ALTER TABLE "search_texts" ADD COLUMN "analyser" INTEGER NOT NULL DEFAULT 0;
-- Whether there are any that `npm run reindex` has to do. Of all texts: Prisma's schema engine can't read an index with a WHERE.
CREATE INDEX "search_texts_outdated_idx" ON "search_texts"("analyser");

-- The words that an analyser made, by the id of search_texts. A tokenizer that takes them as they are: it separates at the
-- space, and what is not ASCII belongs to words. search_index keeps the texts that have had no analyser yet.
CREATE VIRTUAL TABLE "search_words" USING fts5("subject", "content", content='', contentless_delete=1, tokenize='ascii');

DROP TRIGGER "tickets_search_insert";
DROP TRIGGER "tickets_search_update";
DROP TRIGGER "tickets_search_delete";
CREATE TRIGGER "tickets_search_insert" AFTER INSERT ON "tickets" WHEN NOT NEW."indexed" BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind") VALUES (NEW."id", NEW."id", 'ticket');
    INSERT INTO "search_index" ("rowid", "subject", "content") VALUES (last_insert_rowid(), NEW."subject", NEW."description");
END;
CREATE TRIGGER "tickets_search_update" AFTER UPDATE OF "subject", "description" ON "tickets" BEGIN
    DELETE FROM "search_words" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
    INSERT INTO "search_index" ("rowid", "subject", "content")
        SELECT "id", NEW."subject", NEW."description" FROM "search_texts" WHERE "source_id" = NEW."id";
    UPDATE "search_texts" SET "analyser" = 0 WHERE "source_id" = NEW."id";
END;
CREATE TRIGGER "tickets_search_delete" AFTER DELETE ON "tickets" BEGIN
    DELETE FROM "search_words" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_texts" WHERE "source_id" = OLD."id";
END;

DROP TRIGGER "messages_search_insert";
DROP TRIGGER "messages_search_update";
DROP TRIGGER "messages_search_delete";
CREATE TRIGGER "messages_search_insert" AFTER INSERT ON "messages" WHEN NOT NEW."indexed" BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind") VALUES (NEW."ticket_id", NEW."id", 'message');
    INSERT INTO "search_index" ("rowid", "subject", "content") VALUES (last_insert_rowid(), '', NEW."content");
END;
CREATE TRIGGER "messages_search_update" AFTER UPDATE OF "content" ON "messages" BEGIN
    DELETE FROM "search_words" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
    INSERT INTO "search_index" ("rowid", "subject", "content")
        SELECT "id", '', NEW."content" FROM "search_texts" WHERE "source_id" = NEW."id";
    UPDATE "search_texts" SET "analyser" = 0 WHERE "source_id" = NEW."id";
END;
CREATE TRIGGER "messages_search_delete" AFTER DELETE ON "messages" BEGIN
    DELETE FROM "search_words" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_texts" WHERE "source_id" = OLD."id";
END;

DROP TRIGGER "notes_search_insert";
DROP TRIGGER "notes_search_update";
DROP TRIGGER "notes_search_delete";
CREATE TRIGGER "notes_search_insert" AFTER INSERT ON "notes" WHEN NOT NEW."indexed" BEGIN
    INSERT INTO "search_texts" ("ticket_id", "source_id", "kind") VALUES (NEW."ticket_id", NEW."id", 'note');
    INSERT INTO "search_index" ("rowid", "subject", "content") VALUES (last_insert_rowid(), '', NEW."content");
END;
CREATE TRIGGER "notes_search_update" AFTER UPDATE OF "content" ON "notes" BEGIN
    DELETE FROM "search_words" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = NEW."id");
    INSERT INTO "search_index" ("rowid", "subject", "content")
        SELECT "id", '', NEW."content" FROM "search_texts" WHERE "source_id" = NEW."id";
    UPDATE "search_texts" SET "analyser" = 0 WHERE "source_id" = NEW."id";
END;
CREATE TRIGGER "notes_search_delete" AFTER DELETE ON "notes" BEGIN
    DELETE FROM "search_words" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_index" WHERE "rowid" = (SELECT "id" FROM "search_texts" WHERE "source_id" = OLD."id");
    DELETE FROM "search_texts" WHERE "source_id" = OLD."id";
END;
