-- CreateTable
CREATE TABLE "files" (
    "id" TEXT COLLATE "C" NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "size" INTEGER NOT NULL,
    "type" TEXT COLLATE "C" NOT NULL,
    "sha256" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "ticket_id" TEXT COLLATE "C",
    "kind" TEXT COLLATE "C",
    "source_id" TEXT COLLATE "C",
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "files_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "files_size_check" CHECK ("size" > 0),
    CONSTRAINT "files_kind_check" CHECK ("kind" IN ('ticket', 'message', 'note')),
    CONSTRAINT "files_attached_check" CHECK (("ticket_id" IS NULL) = ("kind" IS NULL) AND ("ticket_id" IS NULL) = ("source_id" IS NULL)),
    CONSTRAINT "files_expires_at_check" CHECK (("ticket_id" IS NULL) = ("expires_at" IS NOT NULL))
);

-- CreateTable
CREATE TABLE "secrets" (
    "name" TEXT COLLATE "C" NOT NULL,
    "value" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "secrets_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "files_user_id_created_at_idx" ON "files"("user_id", "created_at");

-- CreateIndex
CREATE INDEX "files_ticket_id_id_idx" ON "files"("ticket_id", "id");

-- CreateIndex
CREATE INDEX "files_expires_at_idx" ON "files"("expires_at");

-- CreateIndex
CREATE INDEX "files_removed_at_idx" ON "files"("removed_at");

-- AddForeignKey
ALTER TABLE "files" ADD CONSTRAINT "files_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
