import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { RequestEnds } from '../../src/http/limits/request-ends.js';

const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
const BLANK_LINES = '\r\n\r\n'.repeat(16_000);

/** The pieces that the parser is given of `segments`, while a body in chunks follows each head. */
function pieces(segments: readonly string[], chunks = { left: Number.POSITIVE_INFINITY }): string[] {
  const ends = new RequestEnds();
  const given: string[] = [];
  for (const text of segments) {
    const segment = Buffer.from(text, 'latin1');
    for (let from = 0; from < segment.length; ) {
      const end = ends.next(segment, from, chunks);
      const piece = segment.toString('latin1', from, end);
      given.push(piece);
      if (piece.endsWith(HEAD))
        ends.begun({ headers: { 'transfer-encoding': 'chunked' } } as unknown as IncomingMessage);
      if (end === from) return given;
      from = end;
    }
  }
  return given;
}

describe('the parser is given in one piece', () => {
  it('blank lines before a request, and its headers', () => {
    expect(pieces([BLANK_LINES, `${BLANK_LINES}${HEAD}`])).toEqual([BLANK_LINES, `${BLANK_LINES}${HEAD}`]);
  });

  it('a body in chunks, whatever stands in it, up to its end', () => {
    const body = `${BLANK_LINES.length.toString(16)};name=value\r\n${BLANK_LINES}\r\n3\r\n0\r\n\r\n0\r\nTrailer: x\r\n\r\n`;
    expect(pieces([HEAD + body + HEAD])).toEqual([HEAD, body, HEAD]);
    expect(pieces([HEAD, body.slice(0, 100), body.slice(100) + HEAD])).toEqual([
      HEAD,
      body.slice(0, 100),
      body.slice(100),
      HEAD,
    ]);
  });

  it('what is no chunk, which it refuses', () => {
    expect(pieces([`${HEAD}${'x'.repeat(50_000)}`])).toEqual([HEAD, 'x'.repeat(50_000)]);
    expect(pieces([HEAD, `-1\r\n\r\n${HEAD}`])).toEqual([HEAD, '-1\r\n\r\n', HEAD]);
  });
});

it('no more chunks pass than are left, and what there is of the last one', () => {
  const chunks = { left: 3 };
  expect(pieces([`${HEAD}${'1\r\nx\r\n'.repeat(5)}`], chunks)).toEqual([HEAD, '1\r\nx\r\n'.repeat(3), '']);
  expect(chunks.left).toBe(0);
  expect(pieces([`${HEAD}1\r\nx\r\n`], { left: 0 })).toEqual([HEAD, '']);
});
