-- AlterTable
ALTER TABLE "ratings" ADD COLUMN "agent" TEXT;

-- CreateIndex
CREATE INDEX "ratings_created_at_ticket_id_idx" ON "ratings"("created_at", "ticket_id");

-- CreateIndex
CREATE INDEX "ratings_agent_created_at_ticket_id_idx" ON "ratings"("agent", "created_at", "ticket_id");

-- Of what was rated before: who resolved it last, or where it is not resolved, who has it.
UPDATE ratings SET agent = (
  SELECT COALESCE(
    CASE WHEN tickets.resolved_at IS NOT NULL THEN
      (SELECT actor FROM events WHERE events.ticket_id = tickets.id AND type = 'ticket.resolved' ORDER BY events.id DESC LIMIT 1)
    END, tickets.assigned_agent)
  FROM tickets WHERE tickets.id = ratings.ticket_id);
