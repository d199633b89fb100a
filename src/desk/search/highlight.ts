import { analyse } from '../../search/analyse.js';
import { PhraseMatcher } from './phrase-matcher.js';
import { type Highlighted, MOST_MARKED } from './schemas.js';
import type { Term } from './terms.js';

/** Of an excerpt, in UTF-16 units, but for the words at its ends. */
const LENGTH = 240;
/** Of what stands before the first match. */
const LEAD = 60;

interface Span {
  readonly start: number;
  end: number;
}

interface Found extends Span {
  match: boolean;
}

/**
 * Goes through a text's words in order, and marks those that belong to a match: the word that a match ends with, and those
 * before it once that one has been read. Goes on until `onWord` says that this was enough.
 */
function readWords(text: string, terms: readonly Term[], onWord: (read: Found[], matched: boolean) => boolean): void {
  const phrases = terms.map(({ words, prefix }) => ({
    matcher: new PhraseMatcher(words.map((word, index) => ({ word, prefix: prefix && index === words.length - 1 }))),
    // A single character of a script without spaces, looked for as what begins so.
    single: prefix && words.length === 1 && [...(words[0] ?? '')].length === 1,
  }));
  const read: Found[] = [];
  analyse(text, (word, start, end, middle) => {
    const found = { start, end, match: false };
    read.push(found);
    let matched = 0;
    let whole = false;
    for (const { matcher, single } of phrases) {
      if (!matcher.next(word)) continue;
      matched = Math.max(matched, matcher.length);
      whole ||= !single;
    }
    if (matched > 0 && !whole) found.end = middle ?? end;
    for (let back = 1; back <= matched; back++) (read.at(-back) as Found).match = true;
    return onWord(read, matched > 0);
  });
}

/**
 * A text in pieces, the first MOST_MARKED of those that match marked. Nothing is escaped, and nothing needs to be trusted:
 * joined, the pieces are the text itself.
 */
export function highlight(text: string, terms: readonly Term[]): Highlighted {
  let words: Found[] = [];
  readWords(text, terms, (read) => {
    words = read;
    return false;
  });
  return cut(text, { start: 0, end: text.length }, words);
}

/**
 * The part of a text around its first match, from word to word, with `…` where something was left out. Nothing is read
 * that stands behind it, but for a phrase that goes on there.
 */
export function excerpt(text: string, terms: readonly Term[]): Highlighted {
  const longest = Math.max(...terms.map(({ words }) => words.length));
  let words: Found[] = [];
  let from: number | undefined;
  let behind = 0;
  readWords(text, terms, (read, matched) => {
    words = read;
    if (matched) from ??= beginning(read);
    if ((read.at(-1) as Found).start >= (from ?? text.length) + LENGTH) behind += 1;
    return behind >= longest;
  });
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
function beginning(read: readonly Found[]): number {
  const first = read.find(({ match }) => match)?.start ?? 0;
  if (first <= LEAD) return 0;
  let at = read.length - 1;
  while (at > 0 && (read[at - 1] as Found).start >= first - LEAD) at -= 1;
  return (read[at] as Found).start;
}

function cut(text: string, { start, end }: Span, words: readonly Found[]): Highlighted {
  const pieces: Highlighted = [];
  const push = (from: number, to: number, match: boolean) => {
    if (to > from) pieces.push({ text: text.slice(from, to), match });
  };
  let at = start;
  const inside = matches(words).filter((span) => span.end > start && span.start < end);
  for (const span of inside.slice(0, MOST_MARKED)) {
    push(at, span.start, false);
    push(Math.max(at, span.start), Math.min(span.end, end), true);
    at = Math.min(span.end, end);
  }
  push(at, end, false);
  return pieces;
}

/** Those of scripts without spaces overlap, and are one. */
function matches(words: readonly Found[]): Span[] {
  const spans: Span[] = [];
  for (const { start, end, match } of words) {
    if (!match) continue;
    const last = spans.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else spans.push({ start, end });
  }
  return spans;
}
