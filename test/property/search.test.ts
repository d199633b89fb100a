import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { DESKS } from '../support/desk-surfaces.js';
import { randomness } from '../support/randomness.js';
import { openRest } from '../support/surfaces.js';
import { dataOf, openTicket } from '../support/tickets.js';
import { agentToken, customerToken } from '../support/tokens.js';

const PIECES = [
  ...['alpha', 'beta', 'a', 'b', 'ab', 'abc', '42', 'ORD-2024-7', 'x@y.example', 'C:\\a\\b', 'l’eau', 'foo_bar'],
  ...['支付', '付失败', '支', 'カナ', 'ｶﾞ', 'การชำระ', 'ชำ', 'ก', 'ខ្មែរ', 'မြန်', 'ລາວ', '支a付'],
  ...['café', 'cafe\u0301', 'ß', 'ŁÓDŹ', 'Αθηνών', 'ёлка', 'й', 'مُحَمَّد', 'محمد', 'דָּבָר', 'भुगतान', '한국', 'ﷺ', '½', '٣٤'],
  ...['👍🏽', '1️⃣', '\u200b', '、', '—', '%', '_', "'", '\\', ':', '|', '&', '!', '<->'],
];
const piece = fc.constantFrom(...PIECES);
const joint = fc.constantFrom(' ', ' ', ' ', '', '-', '\n');
const text = (maxLength: number) =>
  fc
    .array(fc.tuple(piece, joint), { minLength: 1, maxLength })
    .map((parts) => parts.flat().join(''))
    .filter((made) => /\S/u.test(made));
const query = fc
  .array(fc.tuple(text(3), fc.constantFrom('plain', 'phrase', 'prefix')), { minLength: 1, maxLength: 2 })
  .map((terms) =>
    terms
      .map(([made, kind]) => (kind === 'phrase' ? `"${made}"` : kind === 'prefix' ? `${made.trim()}*` : made))
      .join(' '),
  );

/** A log that somebody pasted: more of a word, and more words, than PostgreSQL has places for. */
const LONG = [
  `${'error in line '.repeat(300)}error at last`,
  `${'ﷺ '.repeat(4_500)}at the end`,
  `${'支付失败'.repeat(1_200)}订单`,
  `${'a b '.repeat(2_000)}a a b`,
];
const OF_LONG: [q: string, found: number[]][] = [
  ['"error at last"', [0]],
  ['"line error at"', [0]],
  ['"at error"', []],
  ['"in line err*"', [0]],
  ['"the end"', [1]],
  ['"وسلم at the"', [1]],
  ['"end the"', []],
  ['失败订单', [2]],
  ['败支付失败订', [2]],
  ['订支', []],
  ['"a a b"', [3]],
  ['"b a a"', [3]],
  ['"b b"', []],
];

it('a query finds the same on both engines, phrases in long texts included', async () => {
  await using sqlite = await startApp({ engine: 'sqlite' });
  await using postgresql = await startApp({ engine: 'postgresql' });
  const engines = [sqlite, postgresql].map(({ url }) => ({
    customer: openRest(url, customerToken('user_a')),
    desk: (DESKS[0] as (typeof DESKS)[number])[1](url, agentToken()),
    ids: [] as string[],
  }));
  const add = async (texts: { subject?: string; description: string }) => {
    for (const { customer, ids } of engines) ids.push(await openTicket(customer, texts));
  };
  const search = (q: string) =>
    Promise.all(
      engines.map(async ({ desk, ids }) => {
        const { hits } = dataOf(await desk.search({ q, limit: 100 }));
        return hits
          .map(({ ticket }: { ticket: { ticketId: string } }) => ids.indexOf(ticket.ticketId))
          .sort((a: number, b: number) => a - b);
      }),
    );

  for (const description of LONG) await add({ subject: 'long', description });
  for (const [q, found] of OF_LONG) expect([q, ...(await search(q))]).toEqual([q, found, found]);

  const [corpus] = fc.sample(
    fc.array(fc.record({ subject: text(3), description: text(8) }), { minLength: 60, maxLength: 60 }),
    {
      ...randomness('texts of a search', 1),
    },
  );
  for (const texts of corpus ?? []) await add(texts);
  let found = 0;
  await fc.assert(
    fc.asyncProperty(query, async (q) => {
      fc.pre(q.length <= 200);
      const [ofSqlite, ofPostgresql] = await search(q);
      expect(ofPostgresql).toEqual(ofSqlite);
      found += ofSqlite.length;
    }),
    randomness('queries', 400),
  );
  expect(found).toBeGreaterThan(400);
});
