import {
  ATTACKER,
  BULK_OF_ONE,
  bulkOwner,
  COMMON_WORD,
  NEIGHBOURS,
  neighbour,
  SYLLABLES,
  TARGETS,
  TICKETS_EACH,
  target,
  ticketId,
  WIDE_TEXT,
} from './people.js';
import type { Sizes } from './plan.js';

export interface TextsOf {
  sender: string;
  content: string;
  count: number;
}

export interface Ticket {
  id: string;
  user: string;
  subject: string;
  description: string;
  createdAt: Date;
  /** Answered, resolved and closed since. */
  closedBy?: { agent: string; answeredAt: Date; closedAt: Date };
  messages?: TextsOf;
  notes?: TextsOf;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A planted text: as many words as fit, all alike, so that a long phrase of that word matches at each of them. */
const PLANTED_TEXT = 'a '.repeat(5000).trimEnd();

/** Everything that a run's database holds, oldest first. */
export function* ticketsOf(sizes: Sizes): Generator<Ticket> {
  const now = Date.now();
  for (let n = 0; n < sizes.crowd; n += 1) yield crowdTicket(n, new Date(now - 360 * DAY_MS * (1 - n / sizes.crowd)));
  const createdAt = new Date(now - DAY_MS);
  const ticket = { subject: 'Unable to make payment', description: "I'm experiencing issues", createdAt };
  for (let n = 0; n < NEIGHBOURS * TICKETS_EACH; n += 1) {
    const messages = { sender: neighbour(n), content: "I've tried multiple times", count: 3 };
    yield { ...ticket, id: ticketId('neighbour', n), user: neighbour(n), messages };
  }
  for (let n = 0; n < 4 * BULK_OF_ONE; n += 1) yield { ...ticket, id: ticketId('bulk', n), user: bulkOwner(n) };
  const own = { ...ticket, user: ATTACKER };
  for (let n = 0; n < sizes.planted; n += 1) {
    yield { ...own, id: ticketId('planted', n), subject: 'a', description: PLANTED_TEXT };
  }
  const texts = (count: number) => ({ sender: ATTACKER, content: WIDE_TEXT, count });
  for (let n = 0; n < TARGETS; n += 1) yield { ...own, id: target(n) };
  yield { ...own, id: ticketId('mebibyte'), messages: texts(26) };
  yield { ...own, id: ticketId('long'), messages: texts(sizes.longMessages) };
  yield { ...own, id: ticketId('noted'), notes: texts(sizes.notes) };
}

function crowdTicket(n: number, createdAt: Date): Ticket {
  const agent = `agent_${n % 20}`;
  const after = (hours: number) => new Date(createdAt.getTime() + hours * HOUR_MS);
  return {
    id: ticketId('crowd', n),
    user: `crowd_${n % 1000}`,
    subject: COMMON_WORD,
    description: Array.from({ length: 30 }, () => syllable() + syllable() + syllable()).join(' '),
    createdAt,
    closedBy: { agent, answeredAt: after(1 + (n % 50)), closedAt: after(60 + (n % 50)) },
    messages: { sender: agent, content: 'Please try again', count: 1 },
  };
}

/** Of a generator of our own, so that all databases of a run hold the same words. */
let state = 1;
function syllable(): string {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return SYLLABLES[(state >>> 16) % SYLLABLES.length] as string;
}
