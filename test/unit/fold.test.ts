import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold, nameKey, normalize } from '../../src/schema/fold.js';
import { randomness } from '../support/randomness.js';

const text = fc.string({ unit: 'binary', maxLength: 30 });

it('what was made by it stays as it is', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(normalize(normalize(given))).toBe(normalize(given));
      expect(fold(fold(given))).toBe(fold(given));
    }),
    randomness('normal forms', 20_000),
  );
});

it('decomposed text is the same', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(normalize(given.normalize('NFD'))).toBe(normalize(given.normalize('NFC')));
      expect(fold(given.normalize('NFD'))).toBe(fold(given.normalize('NFC')));
    }),
    randomness('decomposed text', 20_000),
  );
});

it.each([
  ['Payment  Issues ', 'payment issues', true],
  ['Résumé', 'resume', true],
  ['Ｆｏｏ', 'foo', true],
  ['ΟΔΟΣ', 'οδός', true],
  ['Refund!', 'Refund', false],
  ['й', 'и', false],
])('whether %j and %j are one name', (one, other, same) => expect(nameKey(one) === nameKey(other)).toBe(same));
