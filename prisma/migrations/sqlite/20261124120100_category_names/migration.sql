-- By hand: the models can't say it. What is archived may share its name. Not by a WHERE: Prisma's schema engine can't read
-- such an index on SQLite.
CREATE UNIQUE INDEX "categories_active_name_key" ON "categories"((CASE WHEN "archived_at" IS NULL THEN "name" END));
