import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PhraseMatcher } from '../../../src/desk/search/phrase-matcher.js';
import { randomness } from '../../support/randomness.js';

const word = fc.constantFrom('a', 'b', 'ab', 'abc');
const words = (maxLength: number) => fc.array(word, { minLength: 1, maxLength });

/** Where phrases end, looked for word by word from each place. */
function naive(phrase: readonly string[], prefix: boolean, text: readonly string[]): number[] {
  return [...text.keys()].filter((end) =>
    phrase.every((wanted, index) => {
      const found = text[end - phrase.length + 1 + index];
      if (found === undefined) return false;
      return prefix && index === phrase.length - 1 ? found.startsWith(wanted) : found === wanted;
    }),
  );
}

it('finds every place where a phrase ends', () => {
  fc.assert(
    fc.property(words(6), fc.boolean(), words(40), (phrase, prefix, text) => {
      const matcher = new PhraseMatcher(
        phrase.map((one, index) => ({ word: one, prefix: prefix && index === phrase.length - 1 })),
      );
      const found = [...text.keys()].filter((index) => matcher.next(text[index] ?? ''));
      expect(found).toEqual(naive(phrase, prefix, text));
    }),
    randomness('phrases', 2000),
  );
});
