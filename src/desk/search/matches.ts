import { expressionBuilder, fragment, type SqlBool } from '../../db/sql/kysely.js';
import type { Writing } from '../../db/sql/query.js';
import type { Tables } from '../../db/sql/tables.js';
import { FILTER_VALUES } from '../queue/filters.js';
import { isInScope, type Scope } from './scope.js';
import { fts5Query, type MAX_TERMS, phraseQuery, type Term, wordsQuery } from './terms.js';

/** Texts that are ranked: the newest that match. A word that half of all texts have would otherwise rank them all. */
export const RANKED = 2_000;

/** The values of phrases, of which a query has MAX_TERMS at most. */
const PHRASES = [
  'phrase0',
  'phrase1',
  'phrase2',
  'phrase3',
  'phrase4',
  'phrase5',
  'phrase6',
  'phrase7',
  'phrase8',
  'phrase9',
  'phrase10',
  'phrase11',
  'phrase12',
  'phrase13',
  'phrase14',
  'phrase15',
] as const satisfies readonly string[] & { length: typeof MAX_TERMS };

function forEachPhrase<V>(value: (n: number) => V) {
  return Object.fromEntries(PHRASES.map((name, n) => [name, value(n)])) as Record<(typeof PHRASES)[number], V>;
}

/** The values of a query. */
export const MATCH_VALUES = {
  ...FILTER_VALUES,
  fts5: 'text',
  words: 'text',
  phrases: 'text',
  ...forEachPhrase(() => 'text' as const),
} as const;

type Builder = Writing<typeof MATCH_VALUES>;

/** How a query is asked, but for the values. */
export interface AskedMatches {
  /** Terms of several words. */
  readonly phrases: number;
  /** What texts must have before the newest are taken. */
  readonly scope: Scope | undefined;
}

const phrasesOf = (terms: readonly Term[]) => terms.filter(({ words }) => words.length > 1);

export function askedMatches(terms: readonly Term[], scope: Scope | undefined): AskedMatches {
  return { phrases: phrasesOf(terms).length, scope };
}

export function matchValues(terms: readonly Term[]) {
  const phrases = phrasesOf(terms);
  const asText = ({ words, prefix }: Term) => ` ${words.join(' ')}${prefix ? '' : ' '}`;
  return {
    fts5: fts5Query(terms),
    words: wordsQuery(terms),
    phrases: phraseQuery(phrases),
    ...forEachPhrase((n) => (phrases[n] === undefined ? '' : asText(phrases[n]))),
  };
}

/** The newest texts that match, with their scores. The higher the score, the better; words of the subject count four times. */
export function matchesOf(builder: Builder, asked: AskedMatches) {
  return builder.engine === 'sqlite' ? onSqlite(builder, asked) : onPostgresql(builder, asked);
}

function onSqlite(builder: Builder, { scope }: AskedMatches) {
  const { db, p } = builder;
  // FTS5 has its table under its own name, whatever else it is called.
  const newest = (table: 'search_words' | 'search_index') =>
    db
      .selectFrom(`${table} as found`)
      .select(['found.rowid as text_id', fragment<number>`-bm25(${fragment.ref(table)}, 4.0, 1.0)`.as('score')])
      .where(fragment<SqlBool>`${fragment.ref(table)} MATCH ${p.fts5}`)
      .$if(scope !== undefined, (found) =>
        found.where((eb) => isInScope(builder, scope as Scope, eb.ref('found.rowid'))),
      )
      .orderBy('found.rowid', 'desc')
      .limit(RANKED);
  const both = db
    .selectFrom(newest('search_words').as('words'))
    .selectAll()
    .unionAll(db.selectFrom(newest('search_index').as('words')).selectAll())
    .orderBy('text_id', 'desc')
    .limit(RANKED);
  return db
    .selectFrom(both.as('newest'))
    .crossJoin('search_texts')
    .select(['id', 'ticket_id', 'source_id', 'kind', 'score'])
    .whereRef('id', '=', 'text_id');
}

const text = expressionBuilder<Tables & { text: Tables['search_texts'] }, 'text'>();

function onPostgresql(builder: Builder, { phrases, scope }: AskedMatches) {
  const { db, p } = builder;
  const has = (query: typeof p.words) => fragment<SqlBool>`${text.ref('document')} @@ CAST(${query} AS tsquery)`;
  // The tsvector has the places of all words, or else `words` is set.
  const inWords = PHRASES.slice(0, phrases).map((name) => fragment`strpos(${text.ref('words')}, ${p[name]}) > 0`);
  const hasPhrases = fragment<SqlBool>`
    CASE WHEN ${text.ref('words')} IS NULL THEN ${has(p.phrases)} ELSE ${fragment.join(inWords, fragment` AND `)} END`;
  const newest = db
    .selectFrom('search_texts as text')
    .select(['id', 'ticket_id', 'source_id', 'kind', 'document'])
    .where(has(p.words))
    .$if(phrases > 0, (texts) => texts.where(hasPhrases))
    .$if(scope !== undefined, (texts) => texts.where((eb) => isInScope(builder, scope as Scope, eb.ref('text.id'))))
    .orderBy('id', 'desc')
    .limit(RANKED);
  return db
    .selectFrom(newest.as('newest'))
    .select((eb) => [
      'id',
      'ticket_id',
      'source_id',
      'kind',
      fragment<number>`ts_rank('{0.25, 0.25, 0.25, 1}', ${eb.ref('document')}, CAST(${p.words} AS tsquery))`.as(
        'score',
      ),
    ]);
}
