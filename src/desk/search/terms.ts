import { analyse } from '../../search/analyse.js';

/** What must be in a text: words of the index one after another, the last of which may only begin so. */
export interface Term {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** Fewer letters before a `*` would let nearly every text through. */
const SHORTEST_PREFIX = 2;

/** What a query may ask of the index at most. A prefix is read from its first word to its last one, each with all its texts. */
export const MAX_TERMS = 16;
export const MAX_PREFIXES = 3;
/** Words of all terms together: characters, in a script without spaces. */
export const MAX_WORDS = 128;

/** Quotation marks of any language, and of any keyboard. */
const QUOTES = /[“”„‟«»＂〝〞〟]/g;
/** A phrase in quotes, or what stands between them; a quotation mark without its fellow counts for nothing. */
const PARTS = /"([^"]*)"|((?:[^"]|"(?=[^"]*$))+)/g;
/** What is typed in one piece: up to white space, a `*`, or a mark that ends a clause where there are no spaces. */
const PIECES = /[^\s*、。，！？；「」『』（）【】《》・]+\*?/g;

/**
 * What somebody typed, as terms that must all match. Only `"…"` and a `*` after a word mean something; all else is
 * plain text, in which nothing can be wrong. What is typed in one piece is looked for in one piece: an order number, an
 * address, a run of a script without spaces. Without a word there are no terms, and nothing is found.
 */
export function termsOf(q: string): Term[] {
  const terms: Term[] = [];
  for (const [, phrase, plain = ''] of q.replace(QUOTES, '"').matchAll(PARTS)) {
    const pieces = phrase === undefined ? plain.matchAll(PIECES) : [[phrase]];
    for (const [piece = ''] of pieces) {
      const term = termOf(piece);
      if (term !== undefined) terms.push(term);
    }
  }
  return terms;
}

function termOf(piece: string): Term | undefined {
  const words: string[] = [];
  let end = 0;
  let unspaced = false;
  analyse(piece, (word, _start, wordEnd, middle) => {
    words.push(word);
    end = wordEnd;
    unspaced = middle !== undefined;
    return undefined;
  });
  const last = words.at(-1);
  if (last === undefined) return undefined;
  if (!unspaced) return { words, prefix: piece[end] === '*' && [...last].length >= SHORTEST_PREFIX };
  // It ends with one character. After two of the same run, these say enough: what was meant may go on there.
  const before = words.at(-2);
  if (before?.endsWith(last) && [...before].length === 2) {
    return { words: words.slice(0, -1), prefix: false };
  }
  return { words, prefix: true };
}

/** Why a query is more than the search looks for, if it is. */
export function queryFault(q: string): string | undefined {
  const terms = termsOf(q);
  if (terms.length > MAX_TERMS) return `Must have at most ${MAX_TERMS} words and phrases`;
  if (terms.filter(({ prefix }) => prefix).length > MAX_PREFIXES) {
    return `Must have at most ${MAX_PREFIXES} words with *, or single characters of scripts without spaces`;
  }
  if (terms.reduce((sum, { words }) => sum + words.length, 0) > MAX_WORDS) {
    return `Must have at most ${MAX_WORDS} words, those in phrases included`;
  }
  return undefined;
}

/** For FTS5: words in quotes are never operators, and its tokenizer takes them as they are. */
export function fts5Query(terms: readonly Term[]): string {
  return terms.map(({ words, prefix }) => `"${words.join(' ')}"${prefix ? ' *' : ''}`).join(' AND ');
}

/** For PostgreSQL's tsquery: all words, wherever they stand. */
export function wordsQuery(terms: readonly Term[]): string {
  return [...new Set(terms.flatMap(lexemes))].join(' & ');
}

/** For PostgreSQL's tsquery: the words of phrases one after another. */
export function phraseQuery(phrases: readonly Term[]): string {
  return phrases.map((phrase) => `(${lexemes(phrase).join(' <-> ')})`).join(' & ');
}

function lexemes({ words, prefix }: Term): string[] {
  return words.map((word, index) => `'${word}'${prefix && index === words.length - 1 ? ':*' : ''}`);
}
