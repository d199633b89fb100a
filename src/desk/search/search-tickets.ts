import { setImmediate as others } from 'node:timers/promises';
import { z } from 'zod';
import type { Engine } from '../../db/handle.js';
import { Statement, type Value } from '../../db/sql/statement.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter } from '../../schema/cursor.js';
import { among, filterConditions } from '../queue/filters.js';
import { QUEUED, type QueuedRow, queuedTicketOf } from '../queue/queued-ticket.js';
import { excerpt, highlight } from './highlight.js';
import type { SearchInput, SearchPage } from './schemas.js';
import { fts5Query, type Term, termsOf, tsQuery } from './terms.js';

/** Texts that are ranked: the newest that match. A word that half of all texts have would otherwise rank them all. */
export const RANKED = 2_000;

type Found = QueuedRow & {
  in: 'ticket' | 'message' | 'note';
  sourceId: string;
  content: string;
  writtenAt: string;
  /** How many texts were ranked. */
  ranked: number;
};

/**
 * Tickets in which one text (subject and description, a message, a note) has all terms: the best first, the newest of
 * equals first. Of several texts of a ticket the best one counts.
 *
 * @throws AppError BAD_REQUEST at `after` or `cursor` unless that is the `next` of a page.
 */
export async function searchTickets({ sql, principal }: ReadScope, input: SearchInput): Promise<SearchPage> {
  const [skip] = placeAfter(input, cursor) ?? [0];
  const terms = termsOf(input.q);
  if (terms.length === 0) return { hits: [], next: null, complete: true };

  const filters = filterConditions(principal, input);
  const conditions = [...filters.sql];
  if (input.status) conditions.push(among('status', input.status));
  if (input.priority) conditions.push(among('priority', input.priority));
  const query = { fts5: fts5Query(terms), tsquery: tsQuery(terms) };
  const rows = await sql.rows(pageStatement(conditions), {
    ...filters.values,
    ...query,
    take: input.limit + 1,
    skip,
  });
  const ranked = rows[0]?.ranked ?? (await sql.row(countMatches, query))?.ranked ?? 0;
  return {
    hits: await hitsOf(rows.slice(0, input.limit), terms),
    next: rows.length > input.limit ? encodeCursor([skip + input.limit]) : null,
    complete: ranked < RANKED,
  };
}

/** Long texts take their time to look through: as much as this at once, and then others get on. */
const AT_ONCE_MS = 5;

async function hitsOf(rows: readonly Found[], terms: readonly Term[]): Promise<SearchPage['hits']> {
  const hits: SearchPage['hits'] = [];
  let since = performance.now();
  for (const { in: kind, sourceId, content, writtenAt, ranked: _, ...row } of rows) {
    if (performance.now() - since > AT_ONCE_MS) {
      await others();
      since = performance.now();
    }
    hits.push({
      ticket: queuedTicketOf(row),
      in: kind,
      sourceId,
      subject: highlight(row.subject, terms),
      excerpt: excerpt(content, terms),
      writtenAt,
    });
  }
  return hits;
}

/** The newest texts that match, each with its score: the higher, the better; words of the subject count four times. */
const MATCHES: Record<Engine, string> = {
  sqlite: `SELECT id, ticket_id, source_id, kind, score
    FROM (SELECT rowid AS found, -bm25(search_index, 4.0, 1.0) AS score FROM search_index
      WHERE search_index MATCH :fts5 ORDER BY rowid DESC LIMIT ${RANKED}) AS newest
    CROSS JOIN search_texts WHERE id = found`,
  postgresql: `SELECT id, ticket_id, source_id, kind, ts_rank('{0.25, 0.25, 0.25, 1}', document, query) AS score
    FROM (SELECT * FROM search_texts WHERE document @@ CAST(search_fold(:tsquery) AS tsquery)
      ORDER BY id DESC LIMIT ${RANKED}) AS newest, CAST(search_fold(:tsquery) AS tsquery) AS query`,
};

type Query = { fts5: string; tsquery: string };

const countMatches = new Statement<Query, { ranked: number }>(
  'search: count',
  ({ engine }) => `SELECT count(*) AS ranked FROM (${MATCHES[engine]}) AS matches`,
  { once: true, long: true },
);

/** A CROSS JOIN, as SQLite would else begin with the tickets of a status and look for each in what was found. */
function pageStatement(conditions: readonly string[]) {
  const where = conditions.map((condition) => ` AND ${condition}`).join('');
  return new Statement<Record<string, Value>, Found>(
    'search: page',
    ({ engine }) => `WITH matches AS (${MATCHES[engine]}),
      texts AS (
        SELECT id AS text_id, score, ticket_id, source_id, kind,
          row_number() OVER (PARTITION BY ticket_id ORDER BY score DESC, id DESC) AS place, count(*) OVER () AS ranked
        FROM matches),
      page AS (
        SELECT texts.* FROM texts CROSS JOIN tickets WHERE tickets.id = ticket_id AND place = 1${where}
        ORDER BY score DESC, text_id DESC LIMIT :take OFFSET :skip)
      SELECT ${QUEUED}, page.kind AS "in", source_id AS "sourceId", ranked,
        COALESCE(messages.content, notes.content, tickets.description) AS content,
        COALESCE(messages.created_at, notes.created_at, tickets.created_at) AS "writtenAt"
      FROM page JOIN tickets ON tickets.id = page.ticket_id
      LEFT JOIN messages ON page.kind = 'message' AND messages.id = source_id
      LEFT JOIN notes ON page.kind = 'note' AND notes.id = source_id
      ORDER BY score DESC, text_id DESC`,
    { once: true, long: true },
  );
}

const cursor = z.tuple([z.int().min(1).max(RANKED)]);
