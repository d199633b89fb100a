import type { Engine } from '../../db/handle.js';
import type { Value } from '../../db/sql/statement.js';
import { fts5Query, phraseQuery, type Term, wordsQuery } from './terms.js';

/** Texts that are ranked: the newest that match. A word that half of all texts have would otherwise rank them all. */
export const RANKED = 2_000;

/** The newest texts that match, with their scores, as SQL for either engine; and the values that it names. */
export interface Matches {
  readonly sql: Record<Engine, string>;
  readonly values: Record<string, Value>;
}

/** @param among a condition that texts must meet before the newest are taken, see scopeOf() */
export function matchesOf(terms: readonly Term[], among: Record<Engine, string> | undefined): Matches {
  const phrases = terms.filter(({ words }) => words.length > 1);
  return {
    sql: { sqlite: sqlite(among?.sqlite), postgresql: postgresql(phrases, among?.postgresql) },
    values: {
      fts5: fts5Query(terms),
      words: wordsQuery(terms),
      phrases: phraseQuery(phrases),
      ...Object.fromEntries(
        phrases.map(({ words, prefix }, n) => [`phrase${n}`, ` ${words.join(' ')}${prefix ? '' : ' '}`]),
      ),
    },
  };
}

/** The higher the score, the better; words of the subject count four times. */
function sqlite(among: string | undefined): string {
  const newest = (table: string) => `SELECT * FROM (
    SELECT found.rowid AS text_id, -bm25(${table}, 4.0, 1.0) AS score FROM ${table} AS found
    WHERE ${table} MATCH :fts5${among === undefined ? '' : ` AND ${among}`} ORDER BY found.rowid DESC LIMIT ${RANKED})`;
  return `SELECT id, ticket_id, source_id, kind, score
    FROM (${newest('search_words')} UNION ALL ${newest('search_index')} ORDER BY text_id DESC LIMIT ${RANKED}) AS newest
    CROSS JOIN search_texts WHERE id = text_id`;
}

function postgresql(phrases: readonly Term[], among: string | undefined): string {
  const conditions = ['document @@ CAST(:words AS tsquery)'];
  // The tsvector has the places of all words, or else `words` is set.
  if (phrases.length > 0) {
    const inWords = phrases.map((_, n) => `strpos(words, :phrase${n}) > 0`).join(' AND ');
    conditions.push(`CASE WHEN words IS NULL THEN document @@ CAST(:phrases AS tsquery) ELSE ${inWords} END`);
  }
  if (among !== undefined) conditions.push(among);
  return `SELECT id, ticket_id, source_id, kind, ts_rank('{0.25, 0.25, 0.25, 1}', document, CAST(:words AS tsquery)) AS score
    FROM (SELECT id, ticket_id, source_id, kind, document FROM search_texts AS text
      WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ${RANKED}) AS newest`;
}
