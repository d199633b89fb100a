-- CreateTable
CREATE TABLE "ticket_tags" (
    "tag" TEXT NOT NULL,
    "ticket_id" TEXT NOT NULL,

    PRIMARY KEY ("tag", "ticket_id"),
    CONSTRAINT "ticket_tags_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ratings" (
    "ticket_id" TEXT NOT NULL PRIMARY KEY,
    "score" INTEGER NOT NULL,
    "comment" TEXT,
    "created_at" DATETIME NOT NULL,
    CONSTRAINT "ratings_score_check" CHECK ("score" BETWEEN 1 AND 5),
    CONSTRAINT "ratings_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "ticket_tags_ticket_id_tag_idx" ON "ticket_tags"("ticket_id", "tag");
