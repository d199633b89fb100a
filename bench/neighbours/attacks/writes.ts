import type { Attack } from '../attack.js';
import { target } from '../people.js';

const MESSAGE = JSON.stringify({ message: 'Is anybody there?' });
const TICKET = { subject: 'Is anybody there?', description: 'It fails', categoryId: 'category_001' };
const CREATES = 20;

/** 500 messages to one ticket at once, and in the middle of the time again. */
function messagesAtOnce(headers: (n: number) => Record<string, string>): Attack['run'] {
  return async (attacker) => {
    const burst = (from: number) =>
      Promise.all(
        Array.from({ length: 500 }, (_, n) =>
          attacker.send({
            method: 'POST',
            path: `/support/tickets/${target(attacker.number)}/messages`,
            headers: headers(from + n),
            body: MESSAGE,
          }),
        ),
      );
    const half = attacker.wait(attacker.seconds * 500).then(() => burst(500));
    await Promise.all([burst(0), half]);
  };
}

export const WRITES: readonly Attack[] = [
  {
    name: 'keyed-messages',
    by: 'customer',
    what: '500 messages with an `Idempotency-Key` to one ticket at once, twice',
    short: ['postgresql'],
    run: messagesAtOnce((n) => ({ 'idempotency-key': `message-${process.pid}-${n}` })),
  },
  {
    name: 'messages',
    by: 'customer',
    what: '500 messages without a key to one ticket at once, twice',
    run: messagesAtOnce(() => ({})),
  },
  {
    name: 'hidden-batch',
    by: 'customer',
    what: '`/trpc` batches of 20 creates whose commas are `%252C`, 100 of them at 20 a second',
    run: (attacker) => {
      const calls = Array.from({ length: CREATES }, (_, n) => [n, TICKET]);
      const path = `/trpc/${Array.from({ length: CREATES }, () => 'support.tickets.create').join('%252C')}?batch=1`;
      const body = JSON.stringify(Object.fromEntries(calls));
      return attacker.atRate(20, { most: 100 }, () => attacker.send({ method: 'POST', path, body }));
    },
  },
];
