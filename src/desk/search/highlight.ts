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
}

/** Where the words of terms stand in a text, phrase by phrase, in order and apart from one another. */
function matchesIn(text: string, terms: readonly Term[]): Span[] {
  const words = wordsOf(text).map(({ word, ...span }) => ({ ...span, folded: fold(word) }));
  const matched = new Set<number>();
  for (const { words: wanted, prefix } of terms) {
    const folded = wanted.map(fold);
    for (let at = 0; at + folded.length <= words.length; at++) {
      const fits = folded.every((word, index) => {
        const found = words[at + index]?.folded ?? '';
        return prefix && index === folded.length - 1 ? found.startsWith(word) : found === word;
      });
      if (fits) for (const index of folded.keys()) matched.add(at + index);
    }
  }
  return words.filter((_, index) => matched.has(index));
}

/**
 * A text in pieces, those that match marked. Nothing is escaped, and nothing needs to be trusted: joined, the pieces
 * are the text itself.
 */
export function highlight(text: string, terms: readonly Term[]): Highlighted {
  return cut(text, { start: 0, end: text.length }, matchesIn(text, terms));
}

/** The part of a text around its first match, from word to word, with `…` where something was left out. */
export function excerpt(text: string, terms: readonly Term[]): Highlighted {
  const matches = matchesIn(text, terms);
  const first = matches[0]?.start ?? 0;
  const words = wordsOf(text);
  const from = first <= LEAD ? 0 : (words.find(({ start }) => start >= first - LEAD)?.start ?? first);
  const whole = text.length - from <= LENGTH;
  // A word longer than the whole excerpt is cut; between the halves of a surrogate pair, never.
  const end = whole
    ? text.length
    : (words.findLast(({ end }) => end > from && end <= from + LENGTH)?.end ?? from + LENGTH);
  const pieces = cut(text, { start: from, end }, matches);
  if (from > 0) pieces.unshift({ text: '…', match: false });
  if (!whole) pieces.push({ text: '…', match: false });
  return pieces.map((piece) => ({ ...piece, text: piece.text.toWellFormed() }));
}

function cut(text: string, { start, end }: Span, matches: readonly Span[]): Highlighted {
  const pieces: Highlighted = [];
  const push = (from: number, to: number, match: boolean) => {
    if (to > from) pieces.push({ text: text.slice(from, to), match });
  };
  let at = start;
  for (const match of matches) {
    if (match.end <= at || match.start >= end) continue;
    push(at, match.start, false);
    push(Math.max(at, match.start), Math.min(match.end, end), true);
    at = Math.min(match.end, end);
  }
  push(at, end, false);
  return pieces;
}
