/** What must be in a text: words one after another, the last of which may only begin so. */
export interface Term {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** A word: letters and digits, with the marks that hang on them. As the indexes of both engines take it apart. */
const WORD = /[\p{L}\p{Nd}](?:[\p{L}\p{Nd}]|[\u0300-\u036f])*/gu;

/** Where a text's words are. */
export function wordsOf(text: string): { word: string; start: number; end: number }[] {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({ word, start: index, end: index + word.length }));
}

/** Fewer letters before a `*` would let nearly every text through. */
const SHORTEST_PREFIX = 2;

/**
 * What somebody typed, as terms that must all match. Only `"…"` and a `*` after a word mean something; all else is
 * plain text, in which nothing can be wrong. Without a word there are no terms, and nothing is found.
 */
export function termsOf(q: string): Term[] {
  const terms: Term[] = [];
  // A quotation mark without its fellow counts for nothing.
  for (const [, phrase, plain = ''] of q.matchAll(/"([^"]*)"|((?:[^"]|"(?=[^"]*$))+)/g)) {
    if (phrase !== undefined) {
      const found = wordsOf(phrase);
      if (found.length > 0)
        terms.push({ words: found.map(({ word }) => word), prefix: starAfter(phrase, found.at(-1)) });
      continue;
    }
    for (const found of wordsOf(plain)) terms.push({ words: [found.word], prefix: starAfter(plain, found) });
  }
  return terms;
}

function starAfter(text: string, found: { word: string; end: number } | undefined): boolean {
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
