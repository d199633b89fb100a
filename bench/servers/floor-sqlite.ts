import { openSqlite } from '../../src/db/sqlite/open.mjs';
import type { FloorDatabase, NewMessage, NewTicket } from './floor.js';

/** Times are stored as Prisma stores them: both servers run on the same data. */
const stored = (iso: string) => `${iso.slice(0, 23)}+00:00`;
const iso = (time: string) => `${time.slice(0, 23)}Z`;

interface TicketRow {
  status: string;
  updated_at: string;
  closed_at: string | null;
  message_count: number;
}

export function openSqliteFloor(path: string): FloorDatabase {
  const db = openSqlite(path);
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${process.env.SQLITE_SYNCHRONOUS ?? 'FULL'}`);
  db.pragma('foreign_keys = ON');

  const lists = new Map(
    ['', 's', 'p', 'sp'].map((filters) => {
      const where = `user_id = ?${filters.includes('s') ? ' AND status = ?' : ''}${filters.includes('p') ? ' AND priority = ?' : ''}`;
      return [
        filters,
        {
          count: db.prepare(`SELECT count(*) FROM tickets WHERE ${where}`).pluck(),
          page: db.prepare(`SELECT id AS ticketId, subject, status, priority, created_at AS createdAt, updated_at AS updatedAt
            FROM tickets WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?`),
        },
      ];
    }),
  );
  const one = db.prepare(`SELECT id AS ticketId, user_id AS userId, subject, description, status, priority,
    category_id AS categoryId, assigned_agent AS assignedAgent, created_at AS createdAt
    FROM tickets WHERE id = ? AND user_id = ?`);
  const messages = db.prepare(`SELECT id AS messageId, sender, content, created_at AS timestamp FROM messages
    WHERE ticket_id = ? ORDER BY position`);
  const categories = db.prepare(
    'SELECT id AS categoryId, name, description FROM categories WHERE archived_at IS NULL ORDER BY position, id',
  );
  const category = db.prepare('SELECT 1 FROM categories WHERE id = ? AND archived_at IS NULL');
  const insertTicket = db.prepare(`INSERT INTO tickets
    (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
    VALUES (?, ?, ?, ?, 'Open', ?, ?, ?, ?, ?)`);
  const lock = db.prepare<[string, string], TicketRow>(
    'SELECT status, updated_at, closed_at, message_count FROM tickets WHERE id = ? AND user_id = ?',
  );
  const insertMessage =
    db.prepare(`INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const moveTicket = db.prepare('UPDATE tickets SET status = ?, message_count = ?, updated_at = ? WHERE id = ?');
  const closeTicket = db.prepare(
    `UPDATE tickets SET status = 'Closed', resolution = ?, closed_at = ?, updated_at = ? WHERE id = ?`,
  );

  const create = db.transaction((ticket: NewTicket) => {
    if (!category.get(ticket.categoryId)) return false;
    const { id, user, subject, description, priority, categoryId, attachments } = ticket;
    const now = stored(ticket.now);
    insertTicket.run(id, user, subject, description, priority, categoryId, attachments, now, now);
    return true;
  });
  const add = db.transaction((message: NewMessage) => {
    const ticket = lock.get(message.ticketId, message.user);
    if (!ticket) return undefined;
    if (ticket.status === 'Closed') return 'closed' as const;
    const time = later(ticket.updated_at, message.now);
    const position = ticket.message_count + 1;
    const { id, ticketId, user, content, attachments } = message;
    insertMessage.run(id, ticketId, position, user, content, attachments, stored(time));
    moveTicket.run(ticket.status === 'Resolved' ? 'Open' : ticket.status, position, stored(time), ticketId);
    return { time };
  });
  const close = db.transaction((user: string, id: string, resolution: string | null, now: string) => {
    const ticket = lock.get(id, user);
    if (!ticket) return undefined;
    if (ticket.closed_at !== null) return { closedAt: iso(ticket.closed_at) };
    const closedAt = later(ticket.updated_at, now);
    closeTicket.run(resolution, stored(closedAt), stored(closedAt), id);
    return { closedAt };
  });

  return {
    list({ user, status, priority, limit, skip }) {
      const statements = lists.get(`${status ? 's' : ''}${priority ? 'p' : ''}`);
      const values = [user, ...(status ? [status] : []), ...(priority ? [priority] : [])];
      const rows = statements?.page.all(...values, limit, skip) as { createdAt: string; updatedAt: string }[];
      for (const row of rows) {
        row.createdAt = iso(row.createdAt);
        row.updatedAt = iso(row.updatedAt);
      }
      return { total: statements?.count.get(...values) as number, rows };
    },
    get(user, id) {
      const ticket = one.get(id, user) as { createdAt: string } | undefined;
      if (!ticket) return undefined;
      const conversation = messages.all(id) as { timestamp: string }[];
      for (const message of conversation) message.timestamp = iso(message.timestamp);
      return { ...ticket, messages: conversation, createdAt: iso(ticket.createdAt) };
    },
    categories: () => categories.all() as object[],
    create: (ticket) => create.immediate(ticket),
    addMessage: (message) => add.immediate(message),
    close: (user, id, resolution, now) => close.immediate(user, id, resolution, now),
  };
}

function later(previous: string, now: string): string {
  const before = iso(previous);
  return before < now ? now : new Date(Date.parse(before) + 1).toISOString();
}
