import type { IncomingMessage } from 'node:http';
import { contentLength } from '../request/body-headers.js';

/** Ends the headers of every request, and the trailers of every body in chunks (RFC 9112, 2.1 and 7.1). */
const BLANK_LINE = '\r\n\r\n';
const CR = 0x0d;
const LF = 0x0a;

/** Of a line that says how long a chunk is: more digits than the parser takes. */
const SIZE_CHARACTERS = 20;

/** How many chunks of bodies may still be passed over: the parser takes a microsecond or two for each, however short it is. */
export interface ChunkAllowance {
  left: number;
}

/**
 * Finds where requests end in what comes on a connection, so that the parser can be given one at a time.
 *
 * It looks at nothing but what frames a request, and passes over the rest as a whole: a piece for each blank line that stands in a
 * body, or before a request, would be 16,000 pieces of 64 KiB. What is no HTTP is for the parser to refuse.
 */
export class RequestEnds {
  /** Of a body of known length, or of the chunk that it is in with the end of its line, what is still to come. */
  #bytes = 0;
  /** Sizes of chunks come, and chunks. */
  #inChunks = false;
  /** The beginning of the line that says how long the next chunk is. */
  #sizeLine = '';
  /** The last that there was of headers or trailers, with which a blank line may have begun; '' before a request. */
  #tail = '';

  /** The headers of a request have been parsed. */
  begun(request: IncomingMessage): void {
    const length = contentLength(request);
    this.#bytes = length ?? 0;
    this.#inChunks = length === undefined;
  }

  /**
   * How far the parser may be given a segment that it has had up to `from`: to the end of headers or of a request, or all of it; of
   * chunks no more than are left, so that it can be `from`.
   */
  next(segment: Buffer, from: number, chunks: ChunkAllowance): number {
    if (this.#inChunks) {
      const at = this.#passChunks(segment, from, chunks);
      return this.#inChunks ? at : this.#passBlankLine(segment, at);
    }
    if (this.#bytes > 0) return this.#passBytes(segment, from);
    const start = this.#tail === '' ? passLineEnds(segment, from) : from;
    return start === segment.length ? start : this.#passBlankLine(segment, start);
  }

  // These give where what they pass over ends, or the end of the segment.

  #passBytes(segment: Buffer, from: number): number {
    const bytes = Math.min(this.#bytes, segment.length - from);
    this.#bytes -= bytes;
    return from + bytes;
  }

  #passChunks(segment: Buffer, from: number, chunks: ChunkAllowance): number {
    for (let at = from; ; ) {
      at = this.#passBytes(segment, at);
      if (at === segment.length || chunks.left === 0) return at;
      const lineEnd = segment.indexOf(LF, at);
      const end = lineEnd === -1 ? segment.length : lineEnd + 1;
      const missing = SIZE_CHARACTERS - this.#sizeLine.length;
      this.#sizeLine += segment.toString('latin1', at, Math.min(end, at + missing));
      at = end;
      if (lineEnd === -1) return at;
      const size = Number.parseInt(this.#sizeLine, 16);
      this.#sizeLine = '';
      chunks.left -= 1;
      if (size > 0) this.#bytes = size + '\r\n'.length;
      else {
        // Trailers may follow, and a blank line, which this line's end is a part of.
        this.#inChunks = false;
        this.#tail = '\r\n';
        return at;
      }
    }
  }

  #passBlankLine(segment: Buffer, from: number): number {
    const end = this.#findBlankLine(segment, from);
    this.#tail =
      end === undefined
        ? `${this.#tail}${segment.toString('latin1', Math.max(from, segment.length - 3))}`.slice(-3)
        : '';
    return end ?? segment.length;
  }

  #findBlankLine(segment: Buffer, from: number): number | undefined {
    if (this.#tail !== '') {
      const at = `${this.#tail}${segment.toString('latin1', from, from + BLANK_LINE.length - 1)}`.indexOf(BLANK_LINE);
      if (at !== -1) return from + at + BLANK_LINE.length - this.#tail.length;
    }
    const at = segment.indexOf(BLANK_LINE, from, 'latin1');
    return at === -1 ? undefined : at + BLANK_LINE.length;
  }
}

/** Empty lines may stand before a request (RFC 9112, 2.2). */
function passLineEnds(segment: Buffer, from: number): number {
  let at = from;
  while (segment[at] === CR || segment[at] === LF) at += 1;
  return at;
}
