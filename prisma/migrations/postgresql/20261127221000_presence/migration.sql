-- CreateTable
CREATE TABLE "presence" (
    "ticket_id" TEXT COLLATE "C" NOT NULL,
    "agent_id" TEXT COLLATE "C" NOT NULL,
    "came_at" TIMESTAMPTZ(3) NOT NULL,
    "typing_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "presence_pkey" PRIMARY KEY ("ticket_id","agent_id")
);

-- CreateIndex
CREATE INDEX "presence_agent_id_idx" ON "presence"("agent_id");
