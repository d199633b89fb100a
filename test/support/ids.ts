/** Ids that we can't have given out, made from one that we have. A lone surrogate can't be in a URL, so none has one. */
export const IMPOSSIBLE_IDS: [name: string, id: (real: string) => string][] = [
  ['the documented example', () => 'ticket_123'],
  ['not a prefixed one', (real) => real.replace('ticket_', '')],
  ["a message's", (real) => real.replace('ticket_', 'msg_')],
  ['of another case', (real) => real.toUpperCase()],
  ['followed by a space', (real) => `${real} `],
  ['followed by a line end', (real) => `${real}\n`],
  ['followed by U+0000', (real) => `${real}\u0000`],
  ['all characters of LIKE', () => '%'],
  ['SQL', (real) => `${real}' OR '1'='1`],
  ['a path', (real) => `../tickets/${real}`],
  ['percent-encoded once too often', (real) => encodeURIComponent(`${real}/`)],
  ['an emoji', () => '😀'],
  ['the name of a property', () => '__proto__'],
  ['2,000 characters long', (real) => real.padEnd(2000, 'a')],
];
