import type { Attack } from '../attack.js';
import { ticketId } from '../people.js';
import { LIVENESS } from './raw-requests.js';

const FILE = 'GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n';

const LISTS = Array.from({ length: 20 }, () => 'support.tickets.list').join(',');

export const ANSWERS: readonly Attack[] = [
  {
    name: 'long-ticket',
    by: 'customer',
    what: 'Reads a ticket of 3,000 messages of 40 kB, 20 times a second, 2 at once',
    short: ['sqlite', 'postgresql'],
    run: (attacker) =>
      attacker.atRate(20, { atOnce: 2 }, () => attacker.send({ path: `/support/tickets/${ticketId('long')}` })),
  },
  {
    name: 'long-notes',
    by: 'agent',
    what: 'Reads a ticket of 1,000 notes of 40 kB, 20 times a second, 2 at once',
    run: (attacker) =>
      attacker.atRate(20, { atOnce: 2 }, () =>
        attacker.send({ path: `/desk/tickets/${ticketId('noted')}`, as: 'agent' }),
      ),
  },
  {
    name: 'unread-answers',
    by: 'customer',
    what: 'Asks 4 times for a ticket of 1 MiB on each of 300 connections, and reads none of the answers',
    short: ['sqlite', 'postgresql'],
    run: async (attacker) => {
      const request = `GET /support/tickets/${ticketId('mebibyte')} HTTP/1.1\r\nHost: x\r\nAuthorization: ${attacker.authorization}\r\n\r\n`;
      await attacker.atRate(100, { most: 300, atOnce: 300 }, async () => {
        // Nobody listens to what comes: the socket takes its buffer full, and no more.
        (await attacker.connect())?.write(request.repeat(4));
      });
    },
  },
  {
    name: 'pipelined-requests',
    by: 'peer',
    what: 'Sends 1,600 requests for `/health/live` at once on each of 300 connections',
    short: ['sqlite', 'postgresql'],
    run: (attacker) =>
      attacker.atRate(100, { most: 300, atOnce: 300 }, async () => {
        (await attacker.connect())?.resume().write(LIVENESS.repeat(1600));
      }),
  },
  {
    name: 'unread-files',
    by: 'peer',
    what: 'Asks 100 times for a file of 1.7 MB on each of 300 connections, and reads nothing of it',
    short: ['sqlite'],
    run: (attacker) =>
      attacker.atRate(100, { most: 300, atOnce: 300 }, async () => {
        (await attacker.connect())?.write(FILE.repeat(100));
      }),
  },
  {
    name: 'jsonl-batch',
    by: 'customer',
    what: 'Batches of 20 lists as a stream (`trpc-accept: application/jsonl`), 60 of them at 10 a second',
    run: (attacker) =>
      attacker.atRate(10, { most: 60 }, () =>
        attacker.send({
          path: `/trpc/${LISTS}?batch=1&input=%7B%7D`,
          headers: { 'trpc-accept': 'application/jsonl' },
        }),
      ),
  },
];
