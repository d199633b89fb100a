import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/search/analyse.js';
import { randomness } from '../../support/randomness.js';

function wordsOf(text: string): string[] {
  const words: string[] = [];
  analyse(text, (word) => {
    words.push(word);
    return undefined;
  });
  return words;
}

/** What is taken for the same in each script. */
const WORDS: [text: string, words: string][] = [
  ['Hello, World-42! foo_bar can’t', 'hello world 42 foo bar can t'],
  ['CAFÉ cafe\u0301 café', 'cafe cafe cafe'],
  ['Zażółć ŁÓDŹ Đà Nẵng smørrebrød', 'zazolc lodz da nang smorrebrod'],
  ['Straße STRASSE GROẞ', 'strasse strasse gross'],
  ['İstanbul ISPARTA ısı', 'istanbul isparta isi'],
  ['Ｆｕｌｌ１２３ ﬁne Ⅷ m²', 'full123 fine viii m2'],
  ['ΟΔΟΣ οδός Αθηνών ᾳ', 'οδοσ οδοσ αθηνων α'],
  ['Ёлка ёлка за́мок', 'елка елка замок'],
  ['й її Ќ ў', 'й її ќ ў'],
  ['مُحَمَّد محمـد أحمد آدم', 'محمد محمد احمد ادم'],
  ['کتاب ی ى مسؤول', 'كتاب ي ي مسؤول'],
  ['נִקּוּד שָׁלוֹם', 'נקוד שלום'],
  ['भुगतान विफल', 'भुगतान विफल'],
  ['தமிழ் ಕನ್ನಡ', 'தமிழ் ಕನ್ನಡ'],
  ['한국어 한국어'.normalize('NFD'), '한국어 한국어'],
  ['٣٤٥ ۳۴۵ ३४५', '345 345 345'],
  ['支付失败', '支付 付失 失败 败'],
  ['支 付', '支 付'],
  ['订单ABC号', '订单 单 abc 号'],
  ['ｶﾞﾗｽ ガラス', 'ガラ ラス ス ガラ ラス ス'],
  ['サーバー', 'サー ーバ バー ー'],
  ['ไทย', 'ไท ทย ย'],
  ['กำ', 'กํ ํา า'],
  ['๓๔ ข', '34 ข'],
  ['👍🏽 ok 👩‍👩‍👧 ℹ️ Ⓜ️ ™ 🇩🇪', 'ok'],
  ['1️⃣ 2 a1️⃣b', '2 a b'],
  ['½', '1 2'],
  ['ﷺ', 'صلي الله عليه وسلم'],
  ['soft\u00adhyphen نمی\u200cخواهم', 'softhyphen نميخواهم'],
  ['ann.lee+x@mail.example', 'ann lee x mail example'],
  ['https://a.example/b?c=1#d', 'https a example b c 1 d'],
  ['\u0301 \u20e3 \ufe0f', ''],
  ['', ''],
];

describe('the words of a text', () => {
  it.each(WORDS)('%s', (text, words) => expect(wordsOf(text).join(' ')).toBe(words));

  it.each(WORDS)('are the same decomposed: %s', (text) => {
    expect(wordsOf(text.normalize('NFD'))).toEqual(wordsOf(text.normalize('NFC')));
  });

  it('are cut where they are long, and never in the middle of a character', () => {
    expect(wordsOf('x'.repeat(500))).toEqual(['x'.repeat(200)]);
    expect(wordsOf(`x${'𐐨'.repeat(200)}`)).toEqual([`x${'𐐨'.repeat(99)}`]);
  });

  it('hold letters, digits and marks; are found again by themselves; and stand where they are said to', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(fc.constantFrom(...WORDS.flatMap(([one]) => [...one]), 'ﷺ', '\u0e33'), { maxLength: 60 })
        .map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        let before = 0;
        analyse(given, (word, start, end, middle) => {
          expect(word).toMatch(/^[\p{L}\p{M}\p{N}]+$/u);
          expect(word).toBe(word.toLowerCase());
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          if (middle !== undefined) expect(middle).toBeLessThanOrEqual(end);
          before = start;
          if (middle === undefined) expect(wordsOf(word)).toEqual([word]);
          return undefined;
        });
        expect(before).toBeLessThanOrEqual(given.length);
      }),
      randomness('words of texts', 3000),
    );
  });

  it('of any part of a run without spaces are some of those of the run, one after another', () => {
    const character = fc.constantFrom('支', '付', '失', 'カ', 'ก', 'า', 'ล', '้', 'ខ');
    const run = fc.array(character, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(run, fc.nat(19), fc.nat(19), (characters, a, b) => {
        const part = characters.slice(Math.min(a, b), Math.max(a, b) + 1);
        fc.pre(/^\p{L}/u.test(part.join('')) && /^\p{L}/u.test(characters.join('')));
        const pairs = wordsOf(part.join('')).slice(0, -1).join(' ');
        expect(` ${wordsOf(characters.join('')).join(' ')} `).toContain(pairs === '' ? ' ' : ` ${pairs} `);
      }),
      randomness('runs without spaces', 2000),
    );
  });

  it('come one by one until it is enough', () => {
    const read: string[] = [];
    analyse('one 二三四 five', (word) => {
      read.push(word);
      return read.length === 3;
    });
    expect(read).toEqual(['one', '二三', '三四']);
  });
});
