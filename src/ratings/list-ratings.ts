import { Statement, type Value } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore, type pageFields } from '../schema/pagination.js';
import { OWN_USER_ID } from '../schema/text.js';
import type { ListedRating, ListRatingsInput } from './schemas.js';

type Filters = Omit<ListRatingsInput, keyof typeof pageFields>;

const NEWEST_FIRST = 'ORDER BY created_at DESC, ticket_id DESC';

/** What the filters say of a row of `ratings`, and the values of it. */
function filtered({ score, agent, categoryId, ratedFrom, ratedTo }: Filters, userId: string) {
  const conditions: string[] = [];
  const values: Record<string, Value> = {};
  const where = (condition: string, name?: string, value?: Value) => {
    conditions.push(condition);
    if (name !== undefined && value !== undefined) values[name] = value;
  };
  if (ratedFrom !== undefined) where('created_at >= :ratedFrom', 'ratedFrom', new Date(ratedFrom));
  if (ratedTo !== undefined) where('created_at < :ratedTo', 'ratedTo', new Date(ratedTo));
  if (agent !== undefined) where('agent = :agent', 'agent', agent === OWN_USER_ID ? userId : agent);
  // Whole numbers from 1 to 5, by the schema.
  if (score !== undefined) where(score.length === 0 ? '1 = 0' : `score IN (${score.join(', ')})`);
  if (categoryId !== undefined) {
    const ofCategory = 'SELECT 1 FROM tickets WHERE id = ratings.ticket_id AND category_id = :categoryId';
    where(`EXISTS (${ofCategory})`, 'categoryId', categoryId);
  }
  return { conditions, values };
}

/** Ratings that match, the newest first: those of a period, or of an agent's work, by an index in their order. */
export async function listRatings(
  { sql, principal, onPage }: ReadScope,
  { cursor, page = cursor ?? 1, limit, ...filters }: ListRatingsInput,
): Promise<ListedRating[]> {
  const { conditions, values } = filtered(filters, principal.userId);
  const list = new Statement<Record<string, Value>, ListedRating>(
    'list ratings',
    ({ withinTime }) => `WITH shown AS (
      SELECT ticket_id, agent, score, comment, created_at FROM ratings
      WHERE ${[...conditions, withinTime].join(' AND ')} ${NEWEST_FIRST} LIMIT :limit OFFSET :skip)
    SELECT ticket_id AS "ticketId", subject, category_id AS "categoryId", user_id AS requester, agent, score, comment,
      shown.created_at AS "ratedAt"
    FROM shown CROSS JOIN tickets WHERE id = ticket_id ORDER BY shown.created_at DESC, ticket_id DESC`,
    { once: true, long: true },
  );
  const count = new Statement<Record<string, Value>, { total: number }>(
    'count ratings',
    ({ withinTime }) => `SELECT count(*) AS total FROM ratings WHERE ${[...conditions, withinTime].join(' AND ')}`,
    { once: true, long: true },
  );
  const rows = await sql.rows(list, { ...values, limit, skip: itemsBefore({ page, limit }) });
  const counted = await sql.row(count, values);
  onPage({ page, limit, total: counted?.total ?? 0 });
  return rows;
}
