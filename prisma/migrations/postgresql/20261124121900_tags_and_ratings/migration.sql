-- CreateTable
CREATE TABLE "ticket_tags" (
    "tag" TEXT COLLATE "C" NOT NULL,
    "ticket_id" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "ticket_tags_pkey" PRIMARY KEY ("tag","ticket_id")
);

-- CreateTable
CREATE TABLE "ratings" (
    "ticket_id" TEXT COLLATE "C" NOT NULL,
    "score" INTEGER NOT NULL,
    "comment" TEXT COLLATE "C",
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ratings_pkey" PRIMARY KEY ("ticket_id"),
    CONSTRAINT "ratings_score_check" CHECK ("score" BETWEEN 1 AND 5)
);

-- CreateIndex
CREATE INDEX "ticket_tags_ticket_id_tag_idx" ON "ticket_tags"("ticket_id", "tag");

-- AddForeignKey
ALTER TABLE "ticket_tags" ADD CONSTRAINT "ticket_tags_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ratings" ADD CONSTRAINT "ratings_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
