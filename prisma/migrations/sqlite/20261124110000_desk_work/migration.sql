-- AlterTable
-- By hand: Prisma would rebuild the whole table, for columns that SQLite adds in an instant.
ALTER TABLE "tickets" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "tickets" ADD COLUMN "waiting_since" DATETIME;
ALTER TABLE "tickets" ADD COLUMN "first_response_at" DATETIME;
ALTER TABLE "tickets" ADD COLUMN "resolved_at" DATETIME;

-- CreateTable
CREATE TABLE "notes" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "ticket_id" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "attachments" JSONB NOT NULL,
    "created_at" DATETIME NOT NULL,
    CONSTRAINT "notes_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "events" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "transaction_id" BIGINT NOT NULL,
    "ticket_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "created_at" DATETIME NOT NULL,
    CONSTRAINT "events_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "notes_ticket_id_created_at_id_idx" ON "notes"("ticket_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "events_ticket_id_id_idx" ON "events"("ticket_id", "id");

-- CreateIndex
CREATE INDEX "events_transaction_id_id_idx" ON "events"("transaction_id", "id");

-- What the desk has done so far is not known, except by what it wrote.
UPDATE "tickets" SET "first_response_at" =
    (SELECT min(m."created_at") FROM "messages" m WHERE m."ticket_id" = "tickets"."id" AND m."sender" <> "tickets"."user_id");
UPDATE "tickets" SET "waiting_since" = CASE
    WHEN "first_response_at" IS NULL THEN "created_at"
    ELSE (SELECT min(m."created_at") FROM "messages" m WHERE m."ticket_id" = "tickets"."id" AND m."position" >
        (SELECT max(d."position") FROM "messages" d WHERE d."ticket_id" = "tickets"."id" AND d."sender" <> "tickets"."user_id"))
    END
    WHERE "status" IN ('Open', 'In Progress');
UPDATE "tickets" SET "resolved_at" = "updated_at" WHERE "status" = 'Resolved';
