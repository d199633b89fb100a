const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What a JSON text may hold at most. */
export interface JsonBounds {
  /** Objects, arrays, and what is in them. */
  values: number;
  /** Of objects and arrays within one another. */
  depth: number;
}

/**
 * What is too much about a JSON text in UTF-8, before anything of it is made: half a million brackets are a megabyte to send,
 * and a second to parse and look at. Looks at each byte once, and no further than to what is too much. Whether it is JSON
 * at all is not looked at.
 */
export function excessOf(text: Uint8Array, { values, depth }: JsonBounds): 'values' | 'depth' | undefined {
  let count = 1;
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COMMA:
        count += 1;
        if (count > values) return 'values';
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        count += 1;
        level += 1;
        if (level > depth) return 'depth';
        if (count > values) return 'values';
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        level -= 1;
        break;
    }
  }
  return undefined;
}

/** Where the string that begins there ends. */
function endOfString(text: Uint8Array, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === QUOTE) return at;
    if (text[at] === BACKSLASH) at += 1;
  }
  return text.length;
}
