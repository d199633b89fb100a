import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerpt, highlight } from '../../../src/desk/search/highlight.js';
import { termsOf } from '../../../src/desk/search/terms.js';
import { randomness } from '../../support/randomness.js';

const plain = (pieces: { text: string; match: boolean }[]) =>
  pieces.map(({ text, match }) => (match ? `[${text}]` : text)).join('');
const marked = (text: string, q: string) => plain(highlight(text, termsOf(q)));
const cut = (text: string, q: string) => plain(excerpt(text, termsOf(q)));

describe('a text with its matches', () => {
  it.each([
    ['a red card', 'card', 'a red [card]'],
    ['Red RED red', 'red', '[Red] [RED] [red]'],
    ['a red card, a red car', 'red car*', 'a [red] [card], a [red] [car]'],
    ['a red card, a blue card', '"blue card"', 'a red card, a [blue] [card]'],
    ['no no no way', '"no no way"', 'no [no] [no] [way]'],
    ['ham and eggs and ham', '"and ham" eggs', 'ham and [eggs] [and] [ham]'],
    ['nothing of it', 'else', 'nothing of it'],
    ['请帮我支付失败的订单', '支付失败', '请帮我[支付失败]的订单'],
    ['请帮我支付失败的订单', '订', '请帮我支付失败的[订]单'],
    ['请帮我支付失败的订单', '订 付失', '请帮我支[付失]败的[订]单'],
    ['订单ABC', '单abc', '订[单ABC]'],
    ['กำลังชำระเงินล้มเหลว', 'ชำระ', 'กำลัง[ชำระ]เงินล้มเหลว'],
    ['see ORD-2024-17, ORD-2024', 'ord-2024-17', 'see [ORD]-[2024]-[17], ORD-2024'],
    ['قال مُحَمَّد', 'محمد', 'قال [مُحَمَّد]'],
    ['cafe\u0301s Cafe\u0301', 'café', 'cafe\u0301s [Cafe\u0301]'],
    ['½ l', '2', '[½] l'],
  ])('%s for %s', (text, q, expected) => expect(marked(text, q)).toBe(expected));
});

describe('a text of nothing but matches', () => {
  it('has its first 20 marked', () => {
    const text = 'no '.repeat(80);
    const expected = `${'[no] '.repeat(20)}${'no '.repeat(60)}`;
    expect(marked(text, 'no')).toBe(expected);
    expect(highlight(text, termsOf('no'))).toHaveLength(40);
    expect(cut(text, 'no')).toBe(expected);
    expect(cut(`${'way '.repeat(100)}${text}`, 'no')).toMatch(/^…(way ){15}(\[no\] ){20}(no ){29,43}no…$/);
  });
});

describe('an excerpt', () => {
  const filler = (words: number) => 'filler '.repeat(words);

  it('begins up to 60 characters before the first match, and ends at a word', () => {
    expect(cut(`${filler(20)}needle ${filler(60)}`, 'needle')).toMatch(
      /^…(filler ){8}\[needle\] (filler ){23,24}filler…$/,
    );
  });

  it('is the beginning where nothing matches', () => {
    expect(cut(filler(100), 'needle')).toMatch(/^(filler ){33}filler…$/);
  });

  it('marks a phrase of which only a part is in it', () => {
    const text = `needle ${filler(32)}in the hay ${filler(10)}`;
    expect(cut(text, 'needle "in the hay"')).toBe(`[needle] ${filler(32)}[in] [the]…`);
  });

  it('is not changed by what stands far behind it', () => {
    const letter = fc.constantFrom('a', 'b', ' ', ' ');
    fc.assert(
      fc.property(
        fc.string({ unit: letter, minLength: 400, maxLength: 500 }),
        fc.string({ unit: letter, maxLength: 100 }),
        (text, tail) => {
          const q = 'a "b a" bb*';
          const whole = cut(`${text} needle ${tail}`, q);
          fc.pre(whole.endsWith('…'));
          expect(whole).toBe(cut(`${text} needle`, q));
        },
      ),
      randomness('excerpts', 300),
    );
  });
});
