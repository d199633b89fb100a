/** Texts that must come back byte for byte. */
export const KEPT_TEXTS: [name: string, text: string][] = [
  ['white space at its ends', '  in the middle\t '],
  ['line ends of every kind', 'one\r\ntwo\nthree\rfour\u2028five\n'],
  ['letters with combining marks, and the same composed', 'e\u0301 \u00e9 n\u0303 \u00f1 \u1100\u1161 \uac00'],
  ['right to left, with marks', 'שלום \u202bمرحبا بالعالم\u202c \u200f!'],
  ['emoji of several code points', '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇺🇳'],
  ['no-break and zero-width spaces', '\u00a0a\u00a0b\u200bc\u202f\u3000'],
  ['a byte order mark, non-characters and U+FFFD', '\ufeffa\ufffe\uffff\ufffd\u{10ffff}'],
  ['control characters', 'a\u0001\u0008\u001b[31m\u007f\u0085'],
  ['quotes, backslashes and escapes', `'"\`\\ \\u0000 \\n %s %00 $1 ? :a {{a}}`],
  ['SQL and HTML', `'); DROP TABLE tickets; --<script>alert("1")</script>&amp;`],
];

/** Texts that no engine could give back alike. */
export const UNSTORABLE_TEXTS: [name: string, text: string][] = [
  ['U+0000', 'a\u0000b'],
  ['U+0000 alone', '\u0000'],
  ['a lone high surrogate', 'a\ud83d'],
  ['a lone low surrogate', '\ude00a'],
  ['surrogates in the wrong order', '\ude00\ud83d'],
];

/** Nothing but white space. */
export const BLANK_TEXTS: [name: string, text: string][] = [
  ['empty', ''],
  ['spaces', '   '],
  ['line ends and tabs', '\r\n\t\v\f'],
  ['no-break and ideographic spaces', '\u00a0\u3000\u2003'],
  ['line separators and a byte order mark', '\u2028\u2029\ufeff'],
];

/** What is no string, whatever it looks like. */
export const NO_STRINGS: [name: string, value: unknown][] = [
  ['null', null],
  ['a number', 5],
  ['a boolean', true],
  ['an array', ['text']],
  ['an object', { text: 'text' }],
];

/** Texts at both sides of a limit in code points. */
export function textsAround(max: number): { longest: [string, string][]; tooLong: [string, string][] } {
  return {
    longest: [
      ['letters', 'a'.repeat(max)],
      ['emoji, two UTF-16 units and four bytes each', '😀'.repeat(max)],
      ['letters with combining marks', 'e\u0301'.repeat(max / 2)],
    ],
    tooLong: [
      ['letters', 'a'.repeat(max + 1)],
      ['emoji', '😀'.repeat(max + 1)],
      ['letters with combining marks', `${'e\u0301'.repeat(max / 2)}\u0301`],
      ['letters and a space', `${'a'.repeat(max)} `],
    ],
  };
}

/** Lists of attachment ids that are kept in their order. */
export const KEPT_ATTACHMENTS: [name: string, ids: string[]][] = [
  ['none', []],
  ['three, not in alphabetical order', ['file_c', 'file_a', 'file_b']],
  ['the same one twice', ['file_a', 'file_a']],
  ['20, the most', Array.from({ length: 20 }, (_, index) => `file_${19 - index}`)],
  ['ids of 1 and of 128 characters', ['a', 'a'.repeat(128), '😀'.repeat(128)]],
  ['ids of any characters', [' ', '"\\\n', 'e\u0301\u00e9', '\u00a0😀', '\\u0000', '{"a":[1]}', 'null']],
];

/** Lists of attachment ids that are refused, and where. */
export const BAD_ATTACHMENTS: [name: string, value: unknown, paths: string[]][] = [
  ['21', Array.from({ length: 21 }, (_, index) => `file_${index}`), ['attachments']],
  ['an empty id', ['file_a', ''], ['attachments.1']],
  ['an id of 129 letters', ['a'.repeat(129)], ['attachments.0']],
  ['an id of 129 emoji', ['😀'.repeat(129)], ['attachments.0']],
  ['U+0000', ['file_\u0000'], ['attachments.0']],
  ['a lone surrogate', ['file_\ud83d'], ['attachments.0']],
  ['ids that are no strings', [1, null, { id: 'file_a' }], ['attachments.0', 'attachments.1', 'attachments.2']],
  ['no array, but an id', 'file_a', ['attachments']],
  ['no array, but an object', { 0: 'file_a' }, ['attachments']],
  ['null', null, ['attachments']],
];
