import pg from 'pg';
import type { FloorDatabase } from './floor.js';

const TIMESTAMPTZ = 1184;
const INT8 = 20;
pg.types.setTypeParser(
  TIMESTAMPTZ,
  (text) => `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z`,
);
pg.types.setTypeParser(INT8, Number);

export function openPostgresqlFloor(url: string): FloorDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 10, options: '-c TimeZone=UTC' });
  // A connection that is ended while nobody uses it.
  pool.on('error', () => {});
  const query = async <R>(name: string, text: string, values: unknown[]): Promise<R[]> =>
    (await pool.query({ name, text, values })).rows as R[];

  return {
    async list({ user, status, priority, limit, skip }) {
      const values: unknown[] = [user, limit, skip];
      let where = 'user_id = $1';
      if (status) where += ` AND status = $${values.push(status)}`;
      if (priority) where += ` AND priority = $${values.push(priority)}`;
      const rows = await query<{ total: number; ticketId: string | null }>(
        `list ${status ? 's' : ''}${priority ? 'p' : ''}`,
        `SELECT c.total, t.* FROM (SELECT count(*) AS total FROM tickets WHERE ${where}) c LEFT JOIN (
          SELECT id AS "ticketId", subject, status, priority, created_at AS "createdAt", updated_at AS "updatedAt"
          FROM tickets WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3) t ON true`,
        values,
      );
      return { total: rows[0]?.total ?? 0, rows: rows[0]?.ticketId ? rows : [] };
    },
    async get(user, id) {
      const [ticket] = await query<object>(
        'get',
        `SELECT id AS "ticketId", user_id AS "userId", subject, description, status, priority, category_id AS "categoryId",
          assigned_agent AS "assignedAgent", created_at AS "createdAt",
          (SELECT COALESCE(json_agg(json_build_object('messageId', id, 'sender', sender, 'content', content, 'timestamp',
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY position), '[]')
           FROM messages WHERE ticket_id = t.id) AS messages
        FROM tickets t WHERE id = $1 AND user_id = $2`,
        [id, user],
      );
      return ticket;
    },
    categories: () =>
      query(
        'categories',
        'SELECT id AS "categoryId", name, description FROM categories WHERE archived_at IS NULL ORDER BY position, id',
        [],
      ),
    async create({ id, user, subject, description, priority, categoryId, attachments, now }) {
      const rows = await query(
        'create',
        `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
        SELECT $1, $2, $3, $4, 'Open', $5, id, $6, $7, $7 FROM categories WHERE id = $8 AND archived_at IS NULL RETURNING 1`,
        [id, user, subject, description, priority, attachments, now, categoryId],
      );
      return rows.length > 0;
    },
    async addMessage({ id, ticketId, user, content, attachments, now }) {
      const [added] = await query<{ time: string }>(
        'message',
        `WITH moved AS (
          UPDATE tickets SET status = CASE status WHEN 'Resolved' THEN 'Open' ELSE status END,
            message_count = message_count + 1, updated_at = GREATEST($6, updated_at + interval '1 millisecond')
          WHERE id = $2 AND user_id = $3 AND status <> 'Closed' RETURNING message_count, updated_at
        ), added AS (
          INSERT INTO messages (id, ticket_id, position, sender, content, attachments, created_at)
          SELECT $1, $2, message_count, $3, $4, $5, updated_at FROM moved
        ) SELECT updated_at AS time FROM moved`,
        [id, ticketId, user, content, attachments, now],
      );
      if (added) return added;
      const rows = await query('exists', 'SELECT 1 FROM tickets WHERE id = $1 AND user_id = $2', [ticketId, user]);
      return rows.length > 0 ? 'closed' : undefined;
    },
    async close(user, id, resolution, now) {
      const [closed] = await query<{ closedAt: string }>(
        'close',
        `UPDATE tickets SET status = 'Closed', resolution = $3, closed_at = GREATEST($4, updated_at + interval '1 millisecond'),
          updated_at = GREATEST($4, updated_at + interval '1 millisecond')
        WHERE id = $1 AND user_id = $2 AND status <> 'Closed' RETURNING closed_at AS "closedAt"`,
        [id, user, resolution, now],
      );
      if (closed) return closed;
      const [first] = await query<{ closedAt: string }>(
        'closed at',
        'SELECT closed_at AS "closedAt" FROM tickets WHERE id = $1 AND user_id = $2',
        [id, user],
      );
      return first;
    },
  };
}
