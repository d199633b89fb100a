import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPieces, PIECE, textPieces } from '../../src/http/response/json-pieces.js';
import { randomness } from '../support/randomness.js';

const DATE = new Date('2026-11-30T00:00:00Z');

describe('jsonPieces', () => {
  it('are what JSON.stringify makes of a value', () => {
    const value = fc.anything({ withDate: true, withUnicodeString: true, maxDepth: 4 });
    const property = fc.property(value.filter(isJson), (value) => {
      expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value));
    });
    fc.assert(property, randomness('jsonPieces', 300));
  });

  it.each([
    ['what JSON leaves out', { a: undefined, b: () => 1, c: Symbol('c'), d: [undefined, null], e: {} }],
    ['what says itself what its JSON is', { at: DATE, all: [DATE], own: { toJSON: () => ({ a: [1] }) } }],
    ['nothing but what JSON leaves out', { a: undefined }],
  ])('hold for %s', (_name, value) => {
    expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value));
  });

  it('are cut between the items of a list, each as long as one item more than a piece', () => {
    const item = { content: 'a'.repeat(PIECE / 2) };
    const value = { data: { items: Array.from({ length: 9 }, () => item) } };
    const pieces = [...jsonPieces(value)];
    expect(pieces.join('')).toBe(JSON.stringify(value));
    expect(pieces.length).toBe(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(PIECE + JSON.stringify(item).length);
  });

  it('are one for a short value', () => {
    expect([...jsonPieces({ success: true, data: [1, 2] })]).toEqual(['{"success":true,"data":[1,2]}']);
  });
});

describe('textPieces', () => {
  it.each([
    ['letters', 'a'.repeat(3 * PIECE)],
    ['characters of two units, at a cut', '😀'.repeat(PIECE)],
    ['characters of two units, across a cut', `a${'😀'.repeat(PIECE)}`],
    ['a lone surrogate at the end', `${'a'.repeat(PIECE - 1)}\ud83d`],
  ])('are a text of %s, and end with a character', (_name, text) => {
    const pieces = [...textPieces(text)];
    expect(pieces.join('')).toBe(text);
    expect(Buffer.concat(pieces.map((piece) => Buffer.from(piece)))).toEqual(Buffer.from(text));
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(PIECE + 1);
  });
});

/** Whether JSON.stringify makes something of it. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
