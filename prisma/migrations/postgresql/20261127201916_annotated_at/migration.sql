-- AlterTable
ALTER TABLE "tickets" ADD COLUMN     "annotated_at" TIMESTAMPTZ(3);

-- Of what was noted, tagged and rated before.
UPDATE tickets SET annotated_at = annotations.newest_at
FROM (
  SELECT ticket_id, max(created_at) AS newest_at FROM events
  WHERE type IN ('note.added', 'ticket.tagged', 'ticket.rated') GROUP BY ticket_id
) AS annotations
WHERE annotations.ticket_id = tickets.id;
