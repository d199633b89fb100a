-- AlterTable
ALTER TABLE "categories" ADD COLUMN     "active_name_key" TEXT COLLATE "C";

-- AlterTable
ALTER TABLE "macros" ADD COLUMN     "name_key" TEXT COLLATE "C";

-- CreateIndex
CREATE UNIQUE INDEX "categories_active_name_key_key" ON "categories"("active_name_key");

-- CreateIndex
CREATE UNIQUE INDEX "macros_name_key_key" ON "macros"("name_key");

-- By hand: whoever changes a name and knows nothing of its key, an instance of the version before for one, leaves it to be made
-- anew. Keys of what is there are made by the service, before the next name is given: SQL doesn't compare as people do.
CREATE FUNCTION forget_category_name_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.active_name_key := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER "categories_forget_name_key" BEFORE UPDATE OF "name", "archived_at" ON "categories"
FOR EACH ROW
WHEN (NEW."active_name_key" = OLD."active_name_key" AND (NEW."name" <> OLD."name" OR NEW."archived_at" IS NOT NULL))
EXECUTE FUNCTION forget_category_name_key();

CREATE FUNCTION forget_macro_name_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.name_key := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER "macros_forget_name_key" BEFORE UPDATE OF "name" ON "macros"
FOR EACH ROW
WHEN (NEW."name_key" = OLD."name_key" AND NEW."name" <> OLD."name")
EXECUTE FUNCTION forget_macro_name_key();
