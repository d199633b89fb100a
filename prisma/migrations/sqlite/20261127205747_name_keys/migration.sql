-- AlterTable
ALTER TABLE "categories" ADD COLUMN "active_name_key" TEXT;

-- AlterTable
ALTER TABLE "macros" ADD COLUMN "name_key" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "categories_active_name_key_key" ON "categories"("active_name_key");

-- CreateIndex
CREATE UNIQUE INDEX "macros_name_key_key" ON "macros"("name_key");

-- By hand: whoever changes a name and knows nothing of its key, an instance of the version before for one, leaves it to be made
-- anew. Keys of what is there are made by the service, before the next name is given: SQL doesn't compare as people do.
CREATE TRIGGER "categories_forget_name_key" AFTER UPDATE OF "name", "archived_at" ON "categories"
WHEN NEW."active_name_key" IS OLD."active_name_key" AND NEW."active_name_key" IS NOT NULL
  AND (NEW."name" <> OLD."name" OR NEW."archived_at" IS NOT NULL)
BEGIN
  UPDATE "categories" SET "active_name_key" = NULL WHERE "id" = NEW."id";
END;

CREATE TRIGGER "macros_forget_name_key" AFTER UPDATE OF "name" ON "macros"
WHEN NEW."name_key" IS OLD."name_key" AND NEW."name_key" IS NOT NULL AND NEW."name" <> OLD."name"
BEGIN
  UPDATE "macros" SET "name_key" = NULL WHERE "id" = NEW."id";
END;
