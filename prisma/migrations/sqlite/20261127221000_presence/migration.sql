-- CreateTable
CREATE TABLE "presence" (
    "ticket_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "came_at" DATETIME NOT NULL,
    "typing_at" DATETIME,
    "expires_at" DATETIME NOT NULL,

    PRIMARY KEY ("ticket_id", "agent_id")
);

-- CreateIndex
CREATE INDEX "presence_agent_id_idx" ON "presence"("agent_id");
