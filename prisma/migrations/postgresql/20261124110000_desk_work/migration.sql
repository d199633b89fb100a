-- AlterTable
ALTER TABLE "tickets" ADD COLUMN     "first_response_at" TIMESTAMPTZ(3),
ADD COLUMN     "resolved_at" TIMESTAMPTZ(3),
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "waiting_since" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "notes" (
    "id" TEXT COLLATE "C" NOT NULL,
    "ticket_id" TEXT COLLATE "C" NOT NULL,
    "author" TEXT COLLATE "C" NOT NULL,
    "content" TEXT COLLATE "C" NOT NULL,
    "attachments" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "transaction_id" BIGINT NOT NULL,
    "ticket_id" TEXT COLLATE "C" NOT NULL,
    "type" TEXT COLLATE "C" NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "notes_ticket_id_created_at_id_idx" ON "notes"("ticket_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "events_ticket_id_id_idx" ON "events"("ticket_id", "id");

-- CreateIndex
CREATE INDEX "events_transaction_id_id_idx" ON "events"("transaction_id", "id");

-- AddForeignKey
ALTER TABLE "notes" ADD CONSTRAINT "notes_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

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
