import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excessOf } from '../../src/http/request/json-structure.js';
import { randomness } from '../support/randomness.js';

const NO_BOUND = { values: Number.POSITIVE_INFINITY, depth: Number.POSITIVE_INFINITY };
const excess = (text: string, bounds: Partial<typeof NO_BOUND>) =>
  excessOf(Buffer.from(text), { ...NO_BOUND, ...bounds });

/** Objects and arrays that hold something, with all that is in them; and the root. */
function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Object.values(value).reduce<number>((sum, one) => sum + count(one), 0);
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

function emptyOnes(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts = Object.values(value);
  return parts.length === 0 ? 1 : parts.reduce<number>((sum, one) => sum + emptyOnes(one), 0);
}

describe('what is too much about a JSON text', () => {
  const tricky = fc.string({ unit: fc.constantFrom('a', '"', '\\', '[', ']', '{', '}', ',', ':', '語', '\n') });
  const json = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, tricky, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 6 }),
    object: fc.dictionary(tricky, tie('value'), { maxKeys: 6 }),
  })).value;

  it('is what is really in it, whatever its strings hold and however it is laid out', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        // An empty list or object counts as if something were in it.
        const values = count(value) + emptyOnes(value);
        expect(excess(text, { values })).toBeUndefined();
        expect(excess(text, { values: values - 1 })).toBe(values === 1 ? undefined : 'values');
        expect(excess(text, { depth: depth(value) })).toBeUndefined();
        if (depth(value) > 0) expect(excess(text, { depth: depth(value) - 1 })).toBe('depth');
      }),
      randomness('structure of JSON', 500),
    );
  });

  it('is found where it is, without a look at the rest', () => {
    const half = 500_000;
    for (const [text, bounds, what] of [
      ['['.repeat(half), { values: 100 }, 'values'],
      ['['.repeat(half), { depth: 8 }, 'depth'],
      [`{${'"a":0,'.repeat(half)}`, { values: 100 }, 'values'],
    ] as const) {
      const bytes = Buffer.from(text);
      let read = 0;
      const watched = new Proxy(bytes, {
        get: (target, name) => {
          if (typeof name === 'string' && /^\d+$/.test(name)) read = Math.max(read, Number(name));
          return Reflect.get(target, name, target);
        },
      });
      expect(excessOf(watched, { ...NO_BOUND, ...bounds })).toBe(what);
      expect(read).toBeLessThan(1000);
    }
  });

  it('ends with the text, where a string does not', () => {
    for (const text of ['"', '"\\', '"abc', '{"a\\"', '', '   ']) expect(excess(text, { values: 9 })).toBeUndefined();
  });
});
