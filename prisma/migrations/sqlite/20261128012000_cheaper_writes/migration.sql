-- What opening and closing a ticket costs (docs/decisions/0013-desk-queue-and-search.md): three indexes fewer for each new ticket.

-- No statement looks for tickets by their category: the queue looks at what it has in its order, one by one.
DROP INDEX "tickets_category_id_idx";

-- By hand from here on: Prisma's models know no partial indexes. Open tickets are in neither, and closed ones in those of what
-- has happened to them.
DROP INDEX "tickets_status_resolved_at_idx";
CREATE INDEX "tickets_status_resolved_at_idx" ON "tickets"("status", "resolved_at") WHERE "resolved_at" IS NOT NULL;
DROP INDEX "tickets_first_response_at_idx";
CREATE INDEX "tickets_first_response_at_idx" ON "tickets"("first_response_at") WHERE "first_response_at" IS NOT NULL;
