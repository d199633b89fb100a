-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "url" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "event_types" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "state_reason" TEXT,
    "state_at" DATETIME NOT NULL,
    "secret" TEXT NOT NULL,
    "old_secret" TEXT,
    "old_secret_until_at" DATETIME,
    "home" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "event_id" BIGINT NOT NULL,
    "failing_at" DATETIME,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "retry_at" DATETIME,
    "leased_by" TEXT,
    "lease_ends_at" DATETIME,
    "created_at" DATETIME NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "removed_at" DATETIME,
    CONSTRAINT "webhook_endpoints_state_check" CHECK ("state" IN ('active', 'paused', 'disabled')),
    CONSTRAINT "webhook_endpoints_state_reason_check" CHECK (("state" = 'active') = ("state_reason" IS NULL)),
    CONSTRAINT "webhook_endpoints_old_secret_check" CHECK (("old_secret" IS NULL) = ("old_secret_until_at" IS NULL)),
    CONSTRAINT "webhook_endpoints_lease_check" CHECK (("leased_by" IS NULL) = ("lease_ends_at" IS NULL))
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "endpoint_id" TEXT NOT NULL,
    "event_id" BIGINT,
    "position" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" DATETIME,
    "created_at" DATETIME NOT NULL,
    "ended_at" DATETIME,
    CONSTRAINT "webhook_deliveries_state_check" CHECK ("state" IN ('pending', 'delivered', 'failed', 'skipped')),
    CONSTRAINT "webhook_deliveries_due_at_check" CHECK (("state" = 'pending') = ("due_at" IS NOT NULL)),
    CONSTRAINT "webhook_deliveries_ended_at_check" CHECK (("state" = 'pending') = ("ended_at" IS NULL)),
    CONSTRAINT "webhook_deliveries_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "webhook_attempts" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "delivery_id" TEXT NOT NULL,
    "created_at" DATETIME NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "status" INTEGER,
    "error" TEXT,
    "answer" TEXT,
    CONSTRAINT "webhook_attempts_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "webhook_deliveries" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "webhook_deliveries_endpoint_id_state_id_idx" ON "webhook_deliveries"("endpoint_id", "state", "id");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_deliveries_endpoint_id_event_id_key" ON "webhook_deliveries"("endpoint_id", "event_id");

-- CreateIndex
CREATE INDEX "webhook_attempts_delivery_id_id_idx" ON "webhook_attempts"("delivery_id", "id");
