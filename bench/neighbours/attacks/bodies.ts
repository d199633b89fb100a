import type { Socket } from 'node:net';
import type { Attack } from '../attack.js';
import type { Attacker, Shot } from '../attacker.js';
import { LIVENESS } from './raw-requests.js';

/** As many as one user may send for ever. */
const PER_SECOND = 20;
const TICKETS = '/support/tickets';

/** The same 1 MB all the time; made when the attack begins. */
function bodies(make: () => string, shot: Omit<Shot, 'body'>): Attack['run'] {
  return (attacker) => {
    const body = Buffer.from(make());
    return attacker.atRate(PER_SECOND, {}, () => attacker.send({ method: 'POST', ...shot, body }));
  };
}

const CHUNKED = 'POST /support/tickets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
const ONE_BYTE_CHUNK = '1\r\nx\r\n';

/** 64 KiB of it, or a little less. */
const filled = (text: string) => Buffer.from(text.repeat(Math.floor(65_536 / text.length)));

/** Opens connections, sends something on each, and takes all that comes. */
async function open(attacker: Attacker, count: number, first: string): Promise<Socket[]> {
  const connections: Socket[] = [];
  await attacker.atRate(300, { most: count, atOnce: count }, async () => {
    const connection = await attacker.connect();
    if (connection === undefined) return;
    connection.resume().write(first);
    connections.push(connection);
  });
  return connections;
}

/** Has 300 connections that have been answered all send the same 64 KiB, every second. */
function together(first: string, text: string): Attack['run'] {
  return async (attacker) => {
    const connections = await open(attacker, 300, first);
    const sent = filled(text);
    await attacker.atRate(1, {}, async () => {
      for (const connection of connections) connection.write(sent);
    });
  };
}

/** Uploads a file on each of 20 connections, of which no more than 10 are taken, as fast as they are read. */
async function uploadInChunks(attacker: Attacker): Promise<void> {
  const first = `POST /support/files?name=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: ${attacker.authorization}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const sent = filled(ONE_BYTE_CHUNK);
  for (const connection of await open(attacker, 20, first)) {
    const sendMore = () => {
      while (!attacker.isOver && connection.writable && connection.write(sent));
    };
    connection.on('drain', sendMore);
    sendMore();
  }
}

const nested = () => `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
const fields = (count: number, name: (n: number) => string) =>
  `{${Array.from({ length: count }, (_, n) => `${JSON.stringify(name(n))}:1`).join()}}`;
const numbered = (n: number, length: number) => String(n).padStart(length, 'k');

export const BODIES: readonly Attack[] = [
  {
    name: 'nested-body',
    by: 'customer',
    what: 'Bodies of 500,000 nested `[`, 20 a second',
    short: ['sqlite'],
    run: bodies(() => `{"subject":${nested()}}`, { path: TICKETS }),
  },
  {
    name: 'nested-trpc-body',
    by: 'customer',
    what: 'The same over `/trpc`',
    run: bodies(() => `{"subject":${nested()}}`, { path: '/trpc/support.tickets.create' }),
  },
  {
    name: 'unknown-keys',
    by: 'customer',
    what: 'Bodies of 90,000 unknown keys, 20 a second',
    short: ['sqlite'],
    run: bodies(() => fields(90_000, (n) => numbered(n, 5)), { path: TICKETS }),
  },
  {
    name: 'long-keys',
    by: 'customer',
    what: 'Bodies of 1,000 unknown keys of 1,000 characters, 20 a second',
    run: bodies(() => fields(1000, (n) => numbered(n, 1000)), { path: TICKETS }),
  },
  {
    name: 'many-faults',
    by: 'customer',
    what: 'Bodies of 300,000 attachments without an id, 20 a second',
    run: bodies(() => `{"attachments":[${Array.from({ length: 300_000 }, () => '""').join()}]}`, { path: TICKETS }),
  },
  {
    name: 'echo-bulk',
    by: 'agent',
    what: 'Bulk changes of 100 ids of 10 kB, each with an `Idempotency-Key`, 20 a second',
    run: (attacker) => {
      const ticketIds = Array.from({ length: 100 }, (_, n) => numbered(n, 10_000));
      const body = JSON.stringify({ ticketIds, change: { priority: 'Low' } });
      return attacker.atRate(PER_SECOND, {}, (n) =>
        attacker.send({
          method: 'POST',
          path: '/desk/tickets/bulk',
          as: 'agent',
          headers: { 'idempotency-key': `echo-${process.pid}-${n}` },
          body,
        }),
      );
    },
  },
  {
    name: 'echo-query',
    by: 'customer',
    what: 'Queries of 3,500 unknown keys, 20 a second',
    run: (attacker) => {
      const path = `${TICKETS}?${Array.from({ length: 3500 }, (_, n) => n.toString(36)).join('&')}`;
      return attacker.atRate(PER_SECOND, {}, () => attacker.send({ path }));
    },
  },
  {
    name: 'short-chunks',
    by: 'peer',
    what: 'Begins a body on each of 300 connections, and sends 10,000 chunks of a byte on all of them at once, every second',
    short: ['sqlite'],
    run: together(CHUNKED, ONE_BYTE_CHUNK),
  },
  {
    name: 'blank-lines',
    by: 'peer',
    what: 'Sends 16,000 blank lines at once on each of 300 connections that have been answered, every second',
    run: together(LIVENESS, '\r\n\r\n'),
  },
  {
    name: 'chunked-uploads',
    by: 'customer',
    what: 'Uploads a file in chunks of a byte on each of 20 connections, as fast as they are read',
    run: uploadInChunks,
  },
  {
    name: 'many-headers',
    by: 'peer',
    what: 'Sends four requests of 4,000 headers at once on each of 300 connections that have been answered, every second',
    run: together(LIVENESS, `${LIVENESS.slice(0, -2)}${'a:\r\n'.repeat(4000)}\r\n`),
  },
];
