import { PhraseMatcher } from './phrase-matcher.js';
import type { Highlighted } from './schemas.js';
import { type Term, wordsOf } from './terms.js';

/** Of an excerpt, in UTF-16 units, but for the words at its ends. */
const LENGTH = 240;
/** Of what stands before the first match. */
const LEAD = 60;

/** The same for the same word as search_fold() and FTS5's tokenizer make it. */
export function fold(word: string): string {
  const lower = word.toLowerCase().replaceAll('ς', 'σ');
  return lower
    .normalize('NFD')
    .replace(/([a-z])[\u0300-\u036f]+/g, '$1')
    .normalize('NFC');
}

interface Span {
  start: number;
  end: number;
  match: boolean;
}

/**
 * A text's words in order, each marked where it belongs to a match: the word that a match ends with, and those before it
 * once that one has been read. Reads on only as far as it is asked to.
 */
function* readWords(text: string, terms: readonly Term[]): Generator<{ read: Span[]; matched: boolean }> {
  const phrases = terms.map(
    ({ words, prefix }) =>
      new PhraseMatcher(
        words.map((word, index) => ({ word: fold(word), prefix: prefix && index === words.length - 1 })),
      ),
  );
  const read: Span[] = [];
  for (const { word, start, end } of wordsOf(text)) {
    const folded = fold(word);
    read.push({ start, end, match: false });
    let matched = 0;
    for (const phrase of phrases) if (phrase.next(folded)) matched = Math.max(matched, phrase.length);
    for (let back = 1; back <= matched; back++) (read.at(-back) as Span).match = true;
    yield { read, matched: matched > 0 };
  }
}

/**
 * A text in pieces, those that match marked. Nothing is escaped, and nothing needs to be trusted: joined, the pieces
 * are the text itself.
 */
export function highlight(text: string, terms: readonly Term[]): Highlighted {
  let words: Span[] = [];
  for (const { read } of readWords(text, terms)) words = read;
  return cut(text, { start: 0, end: text.length }, words);
}

/**
 * The part of a text around its first match, from word to word, with `…` where something was left out. Nothing is read
 * that stands behind it, but for a phrase that goes on there.
 */
export function excerpt(text: string, terms: readonly Term[]): Highlighted {
  const longest = Math.max(...terms.map(({ words }) => words.length));
  let words: Span[] = [];
  let from: number | undefined;
  let behind = 0;
  for (const { read, matched } of readWords(text, terms)) {
    words = read;
    if (matched) from ??= beginning(read);
    if ((read.at(-1) as Span).start >= (from ?? text.length) + LENGTH) behind += 1;
    if (behind >= longest) break;
  }
  const start = from ?? 0;
  const whole = text.length - start <= LENGTH;
  // A word longer than the whole excerpt is cut; between the halves of a surrogate pair, never.
  const end = whole
    ? text.length
    : (words.findLast((word) => word.end > start && word.end <= start + LENGTH)?.end ?? start + LENGTH);
  const pieces = cut(text, { start, end }, words);
  if (start > 0) pieces.unshift({ text: '…', match: false });
  if (!whole) pieces.push({ text: '…', match: false });
  return pieces.map((piece) => ({ ...piece, text: piece.text.toWellFormed() }));
}

/** Where an excerpt begins that has its first match at the end of what was read. */
function beginning(read: readonly Span[]): number {
  const first = read.find(({ match }) => match)?.start ?? 0;
  if (first <= LEAD) return 0;
  let at = read.length - 1;
  while (at > 0 && (read[at - 1] as Span).start >= first - LEAD) at -= 1;
  return (read[at] as Span).start;
}

function cut(text: string, { start, end }: { start: number; end: number }, words: readonly Span[]): Highlighted {
  const pieces: Highlighted = [];
  const push = (from: number, to: number, match: boolean) => {
    if (to > from) pieces.push({ text: text.slice(from, to), match });
  };
  let at = start;
  for (const word of words) {
    if (!word.match || word.end <= at || word.start >= end) continue;
    push(at, word.start, false);
    push(Math.max(at, word.start), Math.min(word.end, end), true);
    at = Math.min(word.end, end);
  }
  push(at, end, false);
  return pieces;
}
