import { agentToken, customerToken } from '../../test/support/tokens.js';

/** What tickets are there for. Each kind has ids of its own, which every process of a run can work out. */
const KINDS = ['neighbour', 'crowd', 'long', 'mebibyte', 'noted', 'planted', 'target', 'bulk'] as const;
export type Kind = (typeof KINDS)[number];

/** Of the n-th ticket of a kind, from 0; in the order of n. */
export function ticketId(kind: Kind, n = 0): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `ticket_${hex(KINDS.indexOf(kind) + 1, 8)}-0000-7000-8000-${hex(n, 12)}`;
}

/** The others: so many that none of them comes near their own rate limit. */
export const NEIGHBOURS = 20;
export const TICKETS_EACH = 25;
export const neighbour = (n: number) => `neighbour_${n % NEIGHBOURS}`;

/** Tickets for attacks that write: one takes 5,000 messages, which several attacks together would reach. */
export const TARGETS = 250;
export const target = (n: number) => ticketId('target', n % TARGETS);

/** Whose tickets two bulk changes take in opposite orders: `bulk_0`'s, `bulk_1`'s, then `bulk_1`'s, `bulk_0`'s. */
export const BULK_OF_ONE = 50;
export const bulkOwner = (n: number) => `bulk_${[0, 1, 1, 0][Math.floor(n / BULK_OF_ONE) % 4]}`;

export const ATTACKER = 'attacker';
export const AGENT = 'agent_of_the_neighbours';

const DAY_S = 86_400;
const tokens = new Map<string, string>();

/** An Authorization header, good for longer than a run. */
export function authorization(user: string, role: 'customer' | 'agent' = 'customer'): string {
  let token = tokens.get(`${role} ${user}`);
  if (token === undefined) {
    const exp = Math.floor(Date.now() / 1000) + DAY_S;
    token = role === 'agent' ? agentToken(user, { exp }) : customerToken(user, { exp });
    tokens.set(`${role} ${user}`, token);
  }
  return `Bearer ${token}`;
}

/** The two letters that every word of the crowd's texts begins with: 50 of them, alike in number. */
export const SYLLABLES = [...'bcdfghjklm'].flatMap((consonant) => [...'aeiou'].map((vowel) => consonant + vowel));
/** The word that every text of the crowd has. */
export const COMMON_WORD = 'payment';
/** 40 kB of UTF-8 in as many characters as a message may have. */
export const WIDE_TEXT = '😀'.repeat(10_000);
