/**
 * One form for text that is the same but for how it was typed, whatever keyboard or system it came from: Unicode's
 * compatibility forms (NFKC) and letter case, without what can't be seen. Of the result it makes that itself.
 */
export function normalize(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return text.normalize('NFKC').replace(UNSEEN, '').toLowerCase().normalize('NFKC');
}

/**
 * What people take for the same when they compare or look for words, in one form: normalize(), and without the marks that
 * readers of a script leave out. It is the same on every Node: it needs nothing of a locale, and Unicode doesn't change what
 * it says of a character that it has.
 */
export function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  const folded = normalize(text)
    .normalize('NFD')
    .replace(ARABIC_AND_HEBREW, '')
    .replace(LATIN_AND_GREEK, '$1')
    .replace(CYRILLIC, leaveOutStress)
    .replace(ALEF, '\u0627')
    .replace(LETTERS, (letter) => SAME_LETTER[letter] ?? letter)
    .replace(DIGITS, plainDigit);
  return folded.normalize('NFC');
}

/** The same for all that people would take for one name: nobody tells two by an accent, a capital or a space more. */
export function nameKey(name: string): string {
  return fold(name).trim().replace(/\s+/gu, ' ');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/**
 * For a class of a regular expression: nothing to be seen of by itself. Where a line may break, which way it runs, how a
 * character is drawn.
 */
export const UNSEEN_CHARACTERS =
  '\\u034f\\u00ad\\u061c\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufe00-\\ufe0f\\ufeff\\u{e0100}-\\u{e01ef}';
const UNSEEN = new RegExp(`[${UNSEEN_CHARACTERS}]+`, 'gu');

const LATIN_AND_GREEK = /([\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu;

/** Of Cyrillic: й, ї and the like are letters of their own; ё is written е, and stress is for learners. */
const CYRILLIC = /([\u0400-\u052f])(\p{M}+)/gu;

function leaveOutStress(_all: string, letter: string, marks: string): string {
  const kept = [...marks].filter((mark) => {
    if (mark === '\u0308') return letter !== 'е';
    if (mark === '\u0301') return letter === 'г' || letter === 'к';
    return !/[\u0300\u0302\u030f\u0311\u0483-\u0487]/.test(mark);
  });
  return letter + kept.join('');
}

/** Vowel signs, signs of recitation and the lengthening stroke; points and accents. */
const ARABIC_AND_HEBREW =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff]+/g;
/** With hamza or madda above or below. */
const ALEF = /\u0627[\u0653-\u0655]+/g;

/** Letters that Unicode doesn't take apart, and that are typed without their stroke, as two, or on another keyboard. */
const SAME_LETTER: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', þ: 'th', ı: 'i' },
  ...{ ς: 'σ', և: 'եւ' },
  // Alef with its joining sign; yeh and kaf as Persian and Urdu type them.
  ...{ '\u0671': '\u0627', '\u0649': '\u064a', '\u06cc': '\u064a', '\u06a9': '\u0643' },
};
const LETTERS = new RegExp(`[${Object.keys(SAME_LETTER).join('')}]`, 'g');

/** The zeros of scripts that have digits of their own, each followed by nine more. */
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
  0x1090, 0x17e0, 0x1810,
];
const DIGITS = new RegExp(
  `[${ZEROS.map((zero) => `${String.fromCharCode(zero)}-${String.fromCharCode(zero + 9)}`).join('')}]`,
  'g',
);

function plainDigit(digit: string): string {
  const code = digit.charCodeAt(0);
  return String(code - (ZEROS.findLast((zero) => zero <= code) ?? code));
}
