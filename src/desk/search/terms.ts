/** What must be in a text: words one after another, the last of which may only begin so. */
export interface Term {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

interface Word {
  readonly word: string;
  /** Where it stands in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** A word: letters and digits, with the marks that hang on them. As the indexes of both engines take it apart. */
const WORD = /[\p{L}\p{Nd}](?:[\p{L}\p{Nd}]|[\u0300-\u036f])*/gu;

/** A text's words in order, found as they are asked for. */
export function* wordsOf(text: string): Generator<Word> {
  for (const { 0: word, index } of text.matchAll(WORD)) yield { word, start: index, end: index + word.length };
}

/** Fewer letters before a `*` would let nearly every text through. */
const SHORTEST_PREFIX = 2;

/** What a query may ask of the index at most. A prefix is read from its first word to its last one, each with all its texts. */
export const MAX_TERMS = 16;
export const MAX_PREFIXES = 3;
/** Words of all terms together. */
export const MAX_WORDS = 64;

/**
 * What somebody typed, as terms that must all match. Only `"…"` and a `*` after a word mean something; all else is
 * plain text, in which nothing can be wrong. Without a word there are no terms, and nothing is found.
 */
export function termsOf(q: string): Term[] {
  const terms: Term[] = [];
  // A quotation mark without its fellow counts for nothing.
  for (const [, phrase, plain = ''] of q.matchAll(/"([^"]*)"|((?:[^"]|"(?=[^"]*$))+)/g)) {
    if (phrase !== undefined) {
      const found = [...wordsOf(phrase)];
      if (found.length > 0)
        terms.push({ words: found.map(({ word }) => word), prefix: starAfter(phrase, found.at(-1)) });
      continue;
    }
    for (const found of wordsOf(plain)) terms.push({ words: [found.word], prefix: starAfter(plain, found) });
  }
  return terms;
}

/** Why a query is more than the search looks for, if it is. */
export function queryFault(q: string): string | undefined {
  const terms = termsOf(q);
  if (terms.length > MAX_TERMS) return `Must have at most ${MAX_TERMS} words and phrases`;
  if (terms.filter(({ prefix }) => prefix).length > MAX_PREFIXES)
    return `Must have at most ${MAX_PREFIXES} words with *`;
  if (terms.reduce((sum, { words }) => sum + words.length, 0) > MAX_WORDS) {
    return `Must have at most ${MAX_WORDS} words, those in phrases included`;
  }
  return undefined;
}

function starAfter(text: string, found: Word | undefined): boolean {
  return found !== undefined && text[found.end] === '*' && [...found.word].length >= SHORTEST_PREFIX;
}

/** For FTS5: words in quotes are never operators, and its tokenizer folds them as it folded the texts. */
export function fts5Query(terms: readonly Term[]): string {
  return terms.map(({ words, prefix }) => `"${words.join(' ')}"${prefix ? ' *' : ''}`).join(' AND ');
}

/** For PostgreSQL's tsquery, before search_fold(): words in quotes are taken as they are. */
export function tsQuery(terms: readonly Term[]): string {
  return terms
    .map(({ words, prefix }) => {
      const quoted = words.map((word, index) => `'${word}'${prefix && index === words.length - 1 ? ':*' : ''}`);
      return `(${quoted.join(' <-> ')})`;
    })
    .join(' & ');
}
