import type { Database } from '../../src/db/database.js';
import { newId } from '../../src/schema/ids.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../../src/tickets/lifecycle.js';
import { textStatement } from './text-statement.js';

export interface ManyTickets {
  userId: string;
  count: number;
  /** Of the n-th; two of each minute's three tickets have the same time unless given. */
  createdAt?(n: number): Date;
}

type NewTicket = Record<'id' | 'userId' | 'status' | 'priority', string> & { createdAt: Date };

const insert = textStatement<NewTicket>(
  'insert many tickets',
  `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
   VALUES (:id, :userId, 's', 'd', :status, :priority, 'category_001', '[]', :createdAt, :createdAt)`,
);

const START = Date.UTC(2026, 0, 1);

/** Tickets of all kinds, one statement each, in one transaction. */
export async function insertTickets(db: Database, { userId, count, createdAt = timeOf }: ManyTickets): Promise<void> {
  await db.write(async (sql) => {
    for (let n = 0; n < count; n += 1) {
      await sql.run(insert, {
        id: newId('ticket'),
        userId,
        // Most are closed, as with old tickets; a kind in the middle is rare.
        status: n % 3 === 0 ? (TICKET_STATUSES[(n / 3) % 4] as string) : 'Closed',
        priority: TICKET_PRIORITIES[Math.floor(n / 7) % 4] as string,
        createdAt: createdAt(n),
      });
    }
  });
}

function timeOf(n: number): Date {
  return new Date(START + (n - (n % 3 === 1 ? 1 : 0)) * 20_000);
}
