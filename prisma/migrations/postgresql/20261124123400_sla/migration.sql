-- CreateTable
CREATE TABLE "sla_targets" (
    "priority" TEXT COLLATE "C" NOT NULL,
    "first_response_minutes" INTEGER NOT NULL,
    "resolution_minutes" INTEGER NOT NULL,

    CONSTRAINT "sla_targets_pkey" PRIMARY KEY ("priority"),
    CONSTRAINT "sla_targets_priority_check" CHECK ("priority" IN ('Low', 'Medium', 'High', 'Critical')),
    CONSTRAINT "sla_targets_minutes_check" CHECK ("first_response_minutes" >= 0 AND "resolution_minutes" >= 0)
);

-- CreateIndex
CREATE INDEX "tickets_status_priority_created_at_first_response_at_idx" ON "tickets"("status", "priority", "created_at", "first_response_at");

-- What a desk that has not thought about it yet may mean to do. 0: no target.
INSERT INTO "sla_targets" ("priority", "first_response_minutes", "resolution_minutes") VALUES
    ('Low', 1440, 10080),
    ('Medium', 480, 4320),
    ('High', 240, 1440),
    ('Critical', 60, 480);
