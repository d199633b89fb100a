import type { Socket } from 'node:net';
import type { Attack } from '../attack.js';
import type { Attacker } from '../attacker.js';

/** When the reset comes after what was sent, in ms: while it is read, while it is worked at, while it is answered. */
const MOMENTS = [0, 1, 2, 5, 20];

/** Sends something on a new connection and resets that a moment later, 50 times a second. */
function resetAfter(texts: readonly string[], sendOn: (socket: Socket, text: string) => void): Attack['run'] {
  return (attacker: Attacker) =>
    attacker.atRate(50, {}, async (n) => {
      const socket = await attacker.connect();
      if (socket === undefined) return;
      const text = texts[n % texts.length] ?? '';
      sendOn(socket, text.replace('TOKEN', attacker.authorization));
      await attacker.wait(MOMENTS[Math.floor(n / texts.length) % MOMENTS.length] ?? 0);
      socket.resetAndDestroy();
    });
}

const write = (socket: Socket, text: string) => void socket.write(text);

export const SOCKETS: readonly Attack[] = [
  {
    name: 'connect-reset',
    by: 'peer',
    what: '`CONNECT`, and a reset right after it',
    short: ['sqlite'],
    run: resetAfter(['CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'], write),
  },
  {
    name: 'upgrade-reset',
    by: 'peer',
    what: '`Upgrade` to WebSocket or HTTP/2, and a reset',
    run: resetAfter(
      ['websocket', 'h2c'].map(
        (protocol) => `GET /support/tickets HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
      ),
      write,
    ),
  },
  {
    name: 'half-open-reset',
    by: 'customer',
    what: 'A request, the end of its side, and a reset',
    run: resetAfter(['GET /support/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: TOKEN\r\n\r\n'], (socket, text) => {
      socket.end(text);
    }),
  },
  {
    name: 'parser-error-reset',
    by: 'peer',
    what: 'What is not HTTP, or headers that are too large, and a reset',
    run: resetAfter(
      [
        'GET / HTTP/1.1\r\nHost x\r\n\r\n',
        '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      ],
      write,
    ),
  },
  {
    name: 'expect-reset',
    by: 'customer',
    what: '`Expect`, known and unknown, half a body, and a reset',
    run: resetAfter(
      ['100-continue', 'a miracle'].map(
        (expected) =>
          `POST /support/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: TOKEN\r\nContent-Type: application/json\r\nContent-Length: 99\r\nExpect: ${expected}\r\n\r\n{"subject": "`,
      ),
      write,
    ),
  },
];
