/**
 * In UTF-16 units, not counting what makes it longer: a piece is no longer than one element of an array beyond that. V8 keeps texts of
 * this length where short-lived ones are cheap; each longer one (128 KiB) gets memory of its own from the system.
 */
export const PIECE = 16_384;

/** The JSON of a value, the same as `JSON.stringify` makes of it, in pieces: an answer of one page is cut between its items. */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = '';
  for (const fragment of fragments(value)) {
    piece += fragment;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function* fragments(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    for (const [n, element] of value.entries()) yield (n === 0 ? '[' : ',') + (JSON.stringify(element) ?? 'null');
    yield value.length === 0 ? '[]' : ']';
  } else if (isObject(value)) {
    let before = '{';
    for (const [key, member] of Object.entries(value)) {
      if (WITHOUT_JSON.has(typeof member)) continue;
      yield `${before}${JSON.stringify(key)}:`;
      yield* fragments(member);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  } else yield JSON.stringify(value);
}

/** What an object's JSON leaves out. */
const WITHOUT_JSON = new Set(['undefined', 'function', 'symbol']);

/** Not one that says itself what its JSON is. */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !('toJSON' in value);
}

/** A text in pieces of PIECE units, none of which ends within a character. */
export function* textPieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = at + PIECE;
    const next = isHighSurrogate(text.charCodeAt(end - 1)) ? end + 1 : end;
    yield text.slice(at, next);
    at = next;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
