-- CreateTable
CREATE TABLE "files" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,
    "expires_at" DATETIME,
    "ticket_id" TEXT,
    "kind" TEXT,
    "source_id" TEXT,
    "removed_at" DATETIME,
    CONSTRAINT "files_size_check" CHECK ("size" > 0),
    CONSTRAINT "files_kind_check" CHECK ("kind" IN ('ticket', 'message', 'note')),
    CONSTRAINT "files_attached_check" CHECK (("ticket_id" IS NULL) = ("kind" IS NULL) AND ("ticket_id" IS NULL) = ("source_id" IS NULL)),
    CONSTRAINT "files_expires_at_check" CHECK (("ticket_id" IS NULL) = ("expires_at" IS NOT NULL)),
    CONSTRAINT "files_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "secrets" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL
);

-- CreateIndex
CREATE INDEX "files_user_id_created_at_idx" ON "files"("user_id", "created_at");

-- CreateIndex
CREATE INDEX "files_ticket_id_id_idx" ON "files"("ticket_id", "id");

-- CreateIndex
CREATE INDEX "files_expires_at_idx" ON "files"("expires_at");

-- CreateIndex
CREATE INDEX "files_removed_at_idx" ON "files"("removed_at");
