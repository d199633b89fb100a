import type { ErrorDetail } from './details.js';

/** Largest failure, as JSON and in bytes, whatever was sent. A tRPC batch shares it among its calls. */
export const MAX_FAILURE_BYTES = 16_384;
/** More than this many details help nobody. */
export const MAX_DETAILS = 100;

/** What is around the parts that are cut: names, numbers, braces, a request id of 128 characters. */
const FRAME_BYTES = 300;
/** Longest text of a detail, in bytes. Ours are shorter: it is for names that were sent. */
const TEXT_BYTES = 400;
const MARK = '…';
const MARK_BYTES = Buffer.byteLength(MARK);

/** The parts of a failure whose size depends on what was sent. */
interface Parts {
  message: string;
  /** The procedure's, over tRPC. */
  path?: string | undefined;
  details?: readonly ErrorDetail[] | undefined;
}

/** These parts of a failure, cut so that all of it has at most so many bytes. Cutting twice changes nothing. */
export function cutToSize({ message, path, details }: Parts, bytes = MAX_FAILURE_BYTES): Parts {
  const room = Math.max(0, bytes - FRAME_BYTES);
  return {
    message: cutText(message, Math.floor(room / 4)),
    ...(path !== undefined && { path: cutText(path, Math.floor(room / 8)) }),
    ...(details && { details: cutDetails(details, Math.floor((room * 5) / 8)) }),
  };
}

function cutDetails(details: readonly ErrorDetail[], bytes: number): ErrorDetail[] {
  const longest = Math.min(TEXT_BYTES, Math.floor(bytes / 2) - JSON.stringify({ path: '', message: '' }).length);
  const kept: ErrorDetail[] = [];
  let left = bytes;
  for (const { path, message } of details.slice(0, MAX_DETAILS)) {
    const detail = { path: cutText(path, longest), message: cutText(message, longest) };
    left -= bytesOf(detail) + 1;
    if (left < 0) break;
    kept.push(detail);
  }
  return kept;
}

/** The longest beginning of a text that takes at most so many bytes in JSON, with … where it is not all. */
function cutText(text: string, bytes: number): string {
  // No UTF-16 unit takes more than the six bytes of an escape.
  if (text.length * 6 <= bytes || (text.length <= bytes && bytesOf(text) - 2 <= bytes)) return text;
  let left = bytes - MARK_BYTES;
  let end = 0;
  for (const character of text) {
    left -= bytesOf(character) - 2;
    if (left < 0) break;
    end += character.length;
  }
  return `${text.slice(0, end)}${MARK}`;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
