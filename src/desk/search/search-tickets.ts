import { setImmediate as others } from 'node:timers/promises';
import { z } from 'zod';
import { Statement, type Value } from '../../db/sql/statement.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter } from '../../schema/cursor.js';
import { ANALYSER } from '../../search/analyse.js';
import { among, filterConditions } from '../queue/filters.js';
import { isRare } from '../queue/list-queue.js';
import { QUEUED, type QueuedRow, queuedTicketOf } from '../queue/queued-ticket.js';
import { excerpt, highlight } from './highlight.js';
import { type Matches, matchesOf, RANKED } from './matches.js';
import type { SearchInput, SearchPage } from './schemas.js';
import { scopeOf } from './scope.js';
import { type Term, termsOf } from './terms.js';

/** Of a query as a whole. */
interface Ranking {
  /** How many texts were ranked. */
  ranked: number;
  /** How many texts, at most one, have words of an older analyser, or of none. */
  outdated: number;
}

type Found = QueuedRow &
  Ranking & {
    in: 'ticket' | 'message' | 'note';
    sourceId: string;
    content: string;
    writtenAt: string;
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
  const tagIsRare = input.tag !== undefined && (await isRare(sql, input.tag));
  const matches = matchesOf(terms, scopeOf(input, { tagIsRare }));
  const values = { ...filters.values, ...matches.values };
  const rows = await sql.rows(pageStatement(matches, conditions), { ...values, take: input.limit + 1, skip });
  const { ranked, outdated } = rows[0] ?? (await sql.row(countStatement(matches), values)) ?? NOTHING;
  return {
    hits: await hitsOf(rows.slice(0, input.limit), terms),
    next: rows.length > input.limit ? encodeCursor([skip + input.limit]) : null,
    complete: ranked < RANKED && outdated === 0,
  };
}

const NOTHING: Ranking = { ranked: 0, outdated: 0 };

/** Long texts take their time to look through: as much as this at once, and then others get on. */
const AT_ONCE_MS = 5;

async function hitsOf(rows: readonly Found[], terms: readonly Term[]): Promise<SearchPage['hits']> {
  const hits: SearchPage['hits'] = [];
  let since = performance.now();
  for (const { in: kind, sourceId, content, writtenAt, ranked: _, outdated: __, ...row } of rows) {
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

const OUTDATED = `(SELECT count(*) FROM (SELECT 1 FROM search_texts WHERE analyser < ${ANALYSER} LIMIT 1) AS first_outdated)`;

function countStatement({ sql }: Matches) {
  return new Statement<Record<string, Value>, Ranking>(
    'search: count',
    ({ engine }) => `SELECT count(*) AS ranked, ${OUTDATED} AS outdated FROM (${sql[engine]}) AS matches`,
    { once: true, long: true },
  );
}

/** A CROSS JOIN, as SQLite would else begin with the tickets of a status and look for each in what was found. */
function pageStatement({ sql }: Matches, conditions: readonly string[]) {
  const where = conditions.map((condition) => ` AND ${condition}`).join('');
  return new Statement<Record<string, Value>, Found>(
    'search: page',
    ({ engine }) => `WITH matches AS (${sql[engine]}),
      texts AS (
        SELECT id AS text_id, score, ticket_id, source_id, kind,
          row_number() OVER (PARTITION BY ticket_id ORDER BY score DESC, id DESC) AS place, count(*) OVER () AS ranked
        FROM matches),
      page AS (
        SELECT texts.* FROM texts CROSS JOIN tickets WHERE tickets.id = ticket_id AND place = 1${where}
        ORDER BY score DESC, text_id DESC LIMIT :take OFFSET :skip)
      SELECT ${QUEUED}, page.kind AS "in", source_id AS "sourceId", ranked, ${OUTDATED} AS outdated,
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
