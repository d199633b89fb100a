-- CreateIndex
CREATE INDEX "tickets_first_response_at_idx" ON "tickets"("first_response_at");
