import type { Attack } from '../attack.js';
import { BULK_OF_ONE, COMMON_WORD, SYLLABLES, ticketId } from '../people.js';

/** Searches as somebody at the desk would type them, twice a second. */
function searches(q: string): Attack['run'] {
  const path = `/desk/search?limit=100&q=${encodeURIComponent(q)}`;
  return (attacker) => attacker.atRate(2, { atOnce: 2 }, () => attacker.send({ path, as: 'agent' }));
}

const DAY_MS = 86_400_000;
const bulkIds = (from: number) =>
  Array.from({ length: 2 * BULK_OF_ONE }, (_, n) => ticketId('bulk', from * BULK_OF_ONE + n));

export const DESK: readonly Attack[] = [
  {
    name: 'planted-search',
    by: 'agent',
    what: 'Searches, 2 a second, for what a customer has planted: 100 texts in which each word begins a match of 99 words',
    short: ['sqlite', 'postgresql'],
    run: searches(`"${'a '.repeat(99).trimEnd()}"`),
  },
  {
    name: 'prefixes',
    by: 'agent',
    what: 'Searches for 50 prefixes at once, 2 a second',
    run: searches(SYLLABLES.map((syllable) => `${syllable}*`).join(' ')),
  },
  {
    name: 'common-word',
    by: 'agent',
    what: 'Searches for a word that every ticket has, 2 a second',
    run: searches(COMMON_WORD),
  },
  {
    name: 'rare-filters',
    by: 'agent',
    what: 'Lists the queue by filters that no ticket fits, in each of its orders, 4 times a second',
    run: (attacker) =>
      attacker.atRate(4, { atOnce: 4 }, (n) => {
        const sort = ['waiting', 'priority', 'updated', 'created'][n % 4];
        return attacker.send({
          path: `/desk/tickets?categoryId=category_007&assignee=nobody&sort=${sort}`,
          as: 'agent',
        });
      }),
  },
  {
    name: 'figures',
    by: 'agent',
    what: 'Figures of a year of 50,000 tickets, 2 a second',
    run: (attacker) => {
      const time = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
      const path = `/desk/figures?from=${time(364)}&to=${time(0)}`;
      return attacker.atRate(2, { atOnce: 2 }, () => attacker.send({ path, as: 'agent' }));
    },
  },
  {
    name: 'bulk-orders',
    by: 'agent',
    what: 'Two bulk changes at once, of 100 tickets each of the same two customers, in opposite orders',
    run: async (attacker) => {
      for (let n = 0; !attacker.isOver; n += 1) {
        const change = { priority: n % 2 === 0 ? 'High' : 'Low' };
        const one = (from: number) =>
          attacker.send({
            method: 'POST',
            path: '/desk/tickets/bulk',
            as: 'agent',
            body: JSON.stringify({ ticketIds: bulkIds(from), change }),
          });
        // 20 calls a second are what one user may make for ever.
        await Promise.all([one(0), one(2), attacker.wait(100)]);
      }
    },
  },
];
