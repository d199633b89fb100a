-- CreateTable
CREATE TABLE "categories" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "description" TEXT COLLATE "C" NOT NULL,
    "position" INTEGER NOT NULL,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "categories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tickets" (
    "id" TEXT COLLATE "C" NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "subject" TEXT COLLATE "C" NOT NULL,
    "description" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "priority" TEXT COLLATE "C" NOT NULL,
    "category_id" TEXT COLLATE "C" NOT NULL,
    "assigned_agent" TEXT COLLATE "C",
    "attachments" JSONB NOT NULL,
    "resolution" TEXT COLLATE "C",
    "message_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "tickets_status_check" CHECK ("status" IN ('Open', 'In Progress', 'Resolved', 'Closed')),
    CONSTRAINT "tickets_priority_check" CHECK ("priority" IN ('Low', 'Medium', 'High', 'Critical')),
    CONSTRAINT "tickets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "messages" (
    "id" TEXT COLLATE "C" NOT NULL,
    "ticket_id" TEXT COLLATE "C" NOT NULL,
    "position" INTEGER NOT NULL,
    "sender" TEXT COLLATE "C" NOT NULL,
    "content" TEXT COLLATE "C" NOT NULL,
    "attachments" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "messages_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "tickets_user_id_created_at_id_idx" ON "tickets"("user_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "tickets_category_id_idx" ON "tickets"("category_id");

-- CreateIndex
CREATE UNIQUE INDEX "messages_ticket_id_position_key" ON "messages"("ticket_id", "position");

-- AddForeignKey
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_category_id_fkey" FOREIGN KEY ("category_id") REFERENCES "categories"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_ticket_id_fkey" FOREIGN KEY ("ticket_id") REFERENCES "tickets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- The categories of a new desk. The first two are documented to the letter.
INSERT INTO "categories" ("id", "name", "description", "position") VALUES
    ('category_001', 'Payment Issues', 'Help with payment problems', 1),
    ('category_002', 'Loan Questions', 'Questions about loans', 2),
    ('category_003', 'Account and Login', 'Help with signing in and with account settings', 3),
    ('category_004', 'Technical Problems', 'Something in the app does not work', 4),
    ('category_005', 'Identity Verification', 'Questions about verification and documents', 5),
    ('category_006', 'Complaints and Feedback', 'Tell us what went wrong or what could be better', 6),
    ('category_007', 'Other', 'Anything else', 7);
