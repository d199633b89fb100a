import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/idempotency/fingerprint.js';
import { randomness } from '../support/randomness.js';

const of = (input: unknown, { path = 'support.tickets.create', role = 'customer' } = {}) =>
  fingerprint({ path, role, input });

/** The same value with the fields of every object in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, item]) => [name, reversed(item)] as const);
  return Object.fromEntries(fields.reverse());
}

/** JSON with an order of fields that is its own: what two values must share to be the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`);
  return `{${fields.sort().join(',')}}`;
}

describe('fingerprint()', () => {
  it('is 43 characters, and the same in every process', () => {
    expect(of({ subject: 's', attachments: ['a', 'b'] })).toBe(of({ attachments: ['a', 'b'], subject: 's' }));
    expect(of({ b: 1, a: { d: [], c: null } })).toBe('l6S1awVwc-Q7sYEOZe4wMX63RxI19E02LJ03txBSrhw');
  });

  it('is another one for another procedure, role, value, or order of an array', () => {
    const prints = [
      of({ a: 1 }),
      of({ a: 1 }, { path: 'support.tickets.close' }),
      of({ a: 1 }, { role: 'agent' }),
      of({ a: '1' }),
      of({ a: null }),
      of({}),
      of({ b: 1 }),
      of({ a: ['x', 'y'] }),
      of({ a: ['y', 'x'] }),
      of({ a: { b: 1 } }),
      of({ a: 'é' }),
      of({ a: 'e\u0301' }),
    ];
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('takes a field without a value for one that is absent', () => {
    expect(of({ a: 1, b: undefined })).toBe(of({ a: 1 }));
  });

  it('knows nothing but the order of fields that makes no difference', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(of(reversed(one))).toBe(of(one));
        expect(of(one) === of(other)).toBe(canonical(one) === canonical(other));
      }),
      randomness('fingerprint', 100),
    );
  });
});
