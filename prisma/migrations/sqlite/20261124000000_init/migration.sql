-- CreateTable
CREATE TABLE "categories" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "archived_at" DATETIME
);

-- CreateTable
CREATE TABLE "tickets" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "user_id" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "priority" TEXT NOT NULL,
    "category_id" TEXT NOT NULL,
    "assigned_agent" TEXT,
    "attachments" JSONB NOT NULL,
    "resolution" TEXT,
    "message_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" DATETIME NOT NULL,
    "updated_at" DATETIME NOT NULL,
    "closed_at" DATETIME,
    CONSTRAINT "tickets_status_check" CHECK ("status" IN ('Open', 'In Progress', 'Resolved', 'Closed')),
    CONSTRAINT "tickets_priority_check" CHECK ("priority" IN ('Low', 'Medium', 'High', 'Critical')),
    CONSTRAINT "tickets_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "categories" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "messages" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "ticket_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "sender" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "attachments" JSONB NOT NULL,
    "created_at" DATETIME NOT NULL,
    CONSTRAINT "messages_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "tickets_user_id_created_at_id_idx" ON "tickets"("user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tickets_category_id_idx" ON "tickets"("category_id");

-- CreateIndex
CREATE UNIQUE INDEX "messages_ticket_id_position_key" ON "messages"("ticket_id", "position");

-- The categories of a new desk. The first two are documented to the letter.
INSERT INTO "categories" ("id", "name", "description", "position") VALUES
    ('category_001', 'Payment Issues', 'Help with payment problems', 1),
    ('category_002', 'Loan Questions', 'Questions about loans', 2),
    ('category_003', 'Account and Login', 'Help with signing in and with account settings', 3),
    ('category_004', 'Technical Problems', 'Something in the app does not work', 4),
    ('category_005', 'Identity Verification', 'Questions about verification and documents', 5),
    ('category_006', 'Complaints and Feedback', 'Tell us what went wrong or what could be better', 6),
    ('category_007', 'Other', 'Anything else', 7);
