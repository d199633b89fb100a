import { fold, UNSEEN_CHARACTERS } from '../schema/fold.js';

/** Goes into the index with each text. One more whenever another text or query would become other words. */
export const ANALYSER = 1;

/** What is longer is cut, in the index and in what is looked for. In UTF-16 units. */
const LONGEST_WORD = 200;

/**
 * Told of one word: as it is in the index, and where it stands in the text, in UTF-16 units. In a script without spaces it
 * is two characters, or the last one of a run; `middle` is where the first of them ends. Otherwise there is none.
 *
 * @returns true for: that was enough
 */
export type OnWord = (word: string, start: number, end: number, middle: number | undefined) => boolean | undefined;

/** Letters and numbers, and marks among them; ℹ is a letter to Unicode, and an emoji. */
const LETTER = '(?!\\u2139)[\\p{L}\\p{N}]';
const CHUNK = new RegExp(`${LETTER}(?:${LETTER}|[\\p{M}${UNSEEN_CHARACTERS}])*`, 'uy');

/**
 * Characters of scripts that are written without spaces between words: Han (and what is still to be assigned to it), Kana,
 * Thai, Lao, Burmese, Khmer. By numbers, as all versions of Unicode agree on these.
 */
const UNSPACED_RANGES =
  '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\ua9e0-\\ua9ff\\uaa60-\\uaa7f\\u3005-\\u3007\\u3021-\\u3029' +
  '\\u3041-\\u3096\\u3099-\\u309f\\u30a1-\\u30ff\\u3105-\\u312f\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf' +
  '\\u4e00-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9f\\u{1aff0}-\\u{1b16f}\\u{20000}-\\u{3ffff}';
/** Their digits are digits, as in any script. */
const OTHER_DIGITS = '\\u0e50-\\u0e59\\u0ed0-\\u0ed9\\u1040-\\u1049\\u1090-\\u1099\\u17e0-\\u17e9';
const UNSPACED = new RegExp(`(?![${OTHER_DIGITS}])[${UNSPACED_RANGES}]`, 'u');
/** With what hangs on them. */
const UNSPACED_RUN = new RegExp(`(?:(?![${OTHER_DIGITS}])[${UNSPACED_RANGES}][\\p{M}${UNSEEN_CHARACTERS}]*)+`, 'gu');
/** One character as it is seen: with its marks, the half-width marks of voiced sounds among them. */
const CLUSTER = new RegExp(`[^][\\p{M}\\uff9e\\uff9f${UNSEEN_CHARACTERS}]*`, 'gu');

const KEYCAP = /[0-9]\ufe0f?\u20e3/g;
/** More marks on a letter than Unicode's stream-safe texts have: to bring them into order takes longer the more there are. */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu;
const NO_WORD = /[^\p{L}\p{M}\p{N}]+/u;
const LEADING_MARKS = /^\p{M}+/u;

/**
 * A text's words in order, the same for what is indexed, looked for and marked, on whatever engine. Linear in the text.
 *
 * Words are runs of letters, digits and the marks on them, folded; all else separates them. A run of a script without
 * spaces is cut into each two neighbours, and its last character: so whatever is a part of the run is some of these, one after
 * another.
 */
export function analyse(text: string, onWord: OnWord): void {
  const { length } = text;
  let at = 0;
  while (at < length) {
    const start = at;
    while (at < length && isAsciiWord(text.charCodeAt(at))) at += 1;
    if (at > start && (at === length || text.charCodeAt(at) < 0x80)) {
      if (emit(text.slice(start, at).toLowerCase(), start, at, onWord)) return;
    } else {
      // What begins with ASCII may go on otherwise.
      CHUNK.lastIndex = start;
      const chunk = at > start || text.charCodeAt(at) >= 0x80 ? CHUNK.exec(text)?.[0] : undefined;
      if (chunk === undefined) {
        at += 1;
      } else {
        at = start + chunk.length;
        if (chunk.includes('\u20e3') ? analyseKeycaps(chunk, start, onWord) : analyseChunk(chunk, start, onWord))
          return;
      }
    }
  }
}

function isAsciiWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

function emit(word: string, start: number, end: number, onWord: OnWord, middle?: number): boolean {
  return onWord(word.length <= LONGEST_WORD ? word : cut(word), start, end, middle) === true;
}

function cut(word: string): string {
  const short = word.slice(0, LONGEST_WORD);
  return short.isWellFormed() ? short : short.slice(0, -1);
}

/** A digit in a keycap is an emoji: it separates like any other. */
function analyseKeycaps(chunk: string, start: number, onWord: OnWord): boolean {
  let stopped = false;
  const rest = chunk.replace(KEYCAP, (keycap) => ' '.repeat(keycap.length)).replaceAll('\u20e3', '\ufe0f');
  analyse(rest, (word, from, to, middle) => {
    stopped = onWord(word, start + from, start + to, middle && start + middle) === true;
    return stopped;
  });
  return stopped;
}

function analyseChunk(chunk: string, start: number, onWord: OnWord): boolean {
  if (!UNSPACED.test(chunk)) return analyseSpaced(chunk, start, onWord);
  let done = 0;
  for (const { 0: run, index } of chunk.matchAll(UNSPACED_RUN)) {
    if (index > done && analyseSpaced(chunk.slice(done, index), start + done, onWord)) return true;
    if (analyseUnspaced(run, start + index, onWord)) return true;
    done = index + run.length;
  }
  return done < chunk.length && analyseSpaced(chunk.slice(done), start + done, onWord);
}

function analyseSpaced(chunk: string, start: number, onWord: OnWord): boolean {
  const end = start + chunk.length;
  const folded = fold(chunk.length > LONGEST_WORD ? chunk.replace(TOO_MANY_MARKS, '$1') : chunk);
  // Some characters stand for several words: ½ is 1 and 2.
  for (const part of NO_WORD.test(folded) ? folded.split(NO_WORD) : [folded]) {
    const word = part.replace(LEADING_MARKS, '');
    if (word !== '' && emit(word, start, end, onWord)) return true;
  }
  return false;
}

function analyseUnspaced(run: string, start: number, onWord: OnWord): boolean {
  let before: { unit: string; start: number; end: number } | undefined;
  for (const { 0: cluster, index } of run.matchAll(CLUSTER)) {
    const from = start + index;
    const to = from + cluster.length;
    for (const unit of foldCluster(cluster.replace(TOO_MANY_MARKS, '$1'))) {
      if (before !== undefined && emit(before.unit + unit, before.start, to, onWord, before.end)) return true;
      before = { unit, start: from, end: to };
    }
  }
  return before !== undefined && emit(before.unit, before.start, before.end, onWord, before.end);
}

/** Most characters of these scripts are what they are folded to, and there are many in a text. */
function foldCluster(cluster: string): string {
  const code = cluster.charCodeAt(0);
  const plain =
    (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3041 && code <= 0x3096) || (code >= 0xe01 && code <= 0xe32);
  return cluster.length === 1 && plain ? cluster : fold(cluster);
}
