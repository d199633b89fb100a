-- CreateTable
CREATE TABLE "saved_views" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "list" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "filters" JSONB NOT NULL,
    "sort" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,
    "updated_at" DATETIME NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "saved_views_list_name_key_key" ON "saved_views"("list", "name_key");
