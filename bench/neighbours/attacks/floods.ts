import type { Attack } from '../attack.js';
import { authorization } from '../people.js';

const TICKETS = '/support/tickets';

export const FLOODS: readonly Attack[] = [
  {
    name: 'slow-bodies',
    by: 'customer',
    what: '1,100 connections, on each of which 900 kB of a body come, and no more',
    short: ['sqlite'],
    run: async (attacker) => {
      const head = `POST ${TICKETS} HTTP/1.1\r\nHost: x\r\nAuthorization: ${attacker.authorization}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`;
      const start = Buffer.from(`${head}{"subject":"${'x'.repeat(900_000)}`);
      const count = attacker.short ? 500 : 1100;
      await attacker.atRate(1000, { most: count, atOnce: count }, async () => {
        (await attacker.connect())?.resume().write(start);
      });
    },
  },
  {
    name: 'idle-connections',
    by: 'peer',
    what: '4,200 connections on which nothing comes',
    run: async (attacker) => {
      await attacker.atRate(2000, { most: 4200, atOnce: 4200 }, async () => void (await attacker.connect()));
    },
  },
  {
    name: 'readiness',
    by: 'peer',
    what: '`/health/ready` on 300 connections, as fast as it answers',
    short: ['sqlite', 'postgresql'],
    run: (attacker) => attacker.loop(300, { path: '/health/ready', as: 'nobody' }),
  },
  {
    name: 'forged-tokens',
    by: 'peer',
    what: '12,000 forged tokens of 8 kB on 32 connections',
    run: (attacker) => {
      const [header, , signature] = authorization('nobody').slice('Bearer '.length).split('.');
      const claims = Buffer.from(JSON.stringify({ sub: 'nobody', padding: 'x'.repeat(5900) })).toString('base64url');
      const headers = { authorization: `Bearer ${header}.${claims}.${signature}` };
      return attacker.loop(32, { path: TICKETS, as: 'nobody', headers }, 12_000);
    },
  },
  {
    name: 'unknown-paths',
    by: 'peer',
    what: 'Paths that there are not, on 64 connections, far over the quota of an address',
    run: (attacker) => attacker.loop(64, { path: '/no/such/path', as: 'nobody' }),
  },
  {
    name: 'quota-at-once',
    by: 'customer',
    what: 'The 1,200 calls of a minute at once, lists of 100',
    short: ['sqlite'],
    run: async (attacker) => {
      const all = Array.from({ length: 1200 }, () => attacker.send({ path: `${TICKETS}?limit=100` }));
      await Promise.all(all);
    },
  },
  {
    name: 'over-quota',
    by: 'customer',
    what: 'Lists on 32 connections, far over their quota',
    run: (attacker) => attacker.loop(32, { path: TICKETS }),
  },
];
