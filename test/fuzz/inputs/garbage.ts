import fc from 'fast-check';
import { short } from '../request.js';

/** Bytes that are no well-formed HTTP/1.1 request, or may be none. */
export class Garbage {
  /** One character for each byte; has the words of the World in it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toBytes(fill: (text: string) => string): Buffer {
    return Buffer.from(fill(this.text), 'latin1');
  }

  [fc.toStringMethod](): string {
    return `the bytes ${short(this.text)}`;
  }
}

const HOST = 'Host: a\r\n';
const TOKEN = 'Authorization: Bearer TOKEN_CUSTOMER\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const TICKET = '{"subject":"a","description":"d","categoryId":"category_001"}';

const get = (rest: string) => `GET /support/categories HTTP/1.1\r\n${HOST}${TOKEN}${rest}`;
const post = (rest: string) => `POST /support/tickets HTTP/1.1\r\n${HOST}${TOKEN}${JSON_TYPE}${rest}`;

const crafted = [
  // Request lines.
  'GET\r\n\r\n',
  'GET /\r\n\r\n',
  'GET / HTTP/0.9\r\n\r\n',
  'GET / HTTP/1.2\r\n\r\n',
  'GET / HTTP/3.0\r\n\r\n',
  'GET / HTTP/1.1 x\r\n\r\n',
  'GET  / HTTP/1.1\r\nHost: a\r\n\r\n',
  'get / HTTP/1.1\r\nHost: a\r\n\r\n',
  'NOSUCH / HTTP/1.1\r\nHost: a\r\n\r\n',
  `${'A'.repeat(5000)} / HTTP/1.1\r\n\r\n`,
  'GET support HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n',
  `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET /${'a'.repeat(70_000)}`,
  'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n',
  'CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'PRI /\r\n\r\n',
  'DESCRIBE /support/tickets\r\n\r\n',
  // Other protocols.
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\x05\x01\x00',
  'EHLO a\r\n',
  '*1\r\n$4\r\nPING\r\n',
  '\x00\x00\x00\x08\x04\xd2\x16\x2f',
  // Line ends and emptiness.
  '',
  '\r\n',
  '\n\n\n\n',
  '\0\0\0\0',
  get('\n\n'),
  `\r\n\r\n${get('\r\n')}`,
  get('').replaceAll('\r\n', '\n'),
  get('').replaceAll('\r\n', '\r'),
  // Headers.
  get('A\r\n\r\n'),
  get(': a\r\n\r\n'),
  get('A : a\r\n\r\n'),
  get(' A: a\r\n\r\n'),
  get('A: a\r\n b\r\n\r\n'),
  get('A: a\0b\r\n\r\n'),
  get('A\0: a\r\n\r\n'),
  get('A: a\rb\r\n\r\n'),
  get('A: a\x7f\r\n\r\n'),
  get('\u00e9: a\r\n\r\n'),
  get(`A: ${'a'.repeat(70_000)}\r\n\r\n`),
  get(`${'A'.repeat(70_000)}: a\r\n\r\n`),
  get(`${'A: a\r\n'.repeat(3000)}\r\n`),
  get('A: a\r\n'),
  `GET /support/categories HTTP/1.1\r\n${TOKEN}\r\n`,
  `GET /support/categories HTTP/1.0\r\n${TOKEN}\r\n`,
  `GET /support/categories HTTP/1.1\r\n${HOST}${HOST}${TOKEN}\r\n`,
  // Framing.
  post(`Content-Length: -1\r\n\r\n${TICKET}`),
  post(`Content-Length: +61\r\n\r\n${TICKET}`),
  post(`Content-Length: 0x3d\r\n\r\n${TICKET}`),
  post(`Content-Length: 61, 61\r\n\r\n${TICKET}`),
  post(`Content-Length: 61\r\nContent-Length: 62\r\n\r\n${TICKET}`),
  post(`Content-Length: 99999999999999999999\r\n\r\n${TICKET}`),
  post(`Content-Length: 60\r\n\r\n${TICKET}`),
  post(`Content-Length: 62\r\n\r\n${TICKET}`),
  post(`Content-Length: 61\r\nTransfer-Encoding: chunked\r\n\r\n${TICKET}`),
  post(`Transfer-Encoding: chunked\r\nContent-Length: 61\r\n\r\n3d\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding: chunked\r\n\r\n3d\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding: chunked\r\n\r\n3d;a=b\r\n${TICKET}\r\n0\r\nA: b\r\n\r\n`),
  post(`Transfer-Encoding: chunked\r\n\r\n3c\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding: chunked\r\n\r\nzz\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding: chunked\r\n\r\n3d\r\n${TICKET}`),
  post(`Transfer-Encoding: chunked\r\n\r\n3d\n${TICKET}\n0\n\n`),
  post(`Transfer-Encoding: gzip, chunked\r\n\r\n3d\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding: chunked, gzip\r\n\r\n3d\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding: gzip\r\n\r\n${TICKET}`),
  get('Transfer-Encoding: identity\r\n\r\n'),
  post(`Transfer-Encoding: xchunked\r\n\r\n3d\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding:\x0bchunked\r\n\r\n3d\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n3d\r\n${TICKET}\r\n0\r\n\r\n`),
  post(`Content-Length: 0\r\n\r\n${get('\r\n')}`),
  // Several on one connection.
  get('\r\n').repeat(20),
  `${get('\r\n')}${post(`Content-Length: 61\r\n\r\n${TICKET}`)}nonsense`,
  `${post(`Content-Length: 2000000\r\n\r\n${' '.repeat(2_000_000)}`)}${get('\r\n')}`,
];

/** Crafted ones; those cut off, repeated, or with bytes changed; and plain noise. */
export const garbage: fc.Arbitrary<Garbage> = fc
  .oneof(
    { weight: 4, arbitrary: fc.constantFrom(...crafted) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...crafted.filter((text) => text.length < 5000)),
          fc.nat(400),
          fc.integer({ min: 0, max: 255 }),
          fc.nat(2),
        )
        .map(([text, at, byte, how]) => {
          const place = text.length === 0 ? 0 : at % text.length;
          if (how === 0) return text.slice(0, place);
          return text.slice(0, place) + String.fromCharCode(byte) + text.slice(place + (how === 1 ? 1 : 0));
        }),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
  )
  .map((text) => new Garbage(text));
