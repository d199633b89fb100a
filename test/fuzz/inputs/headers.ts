import fc from 'fast-check';
import { rarely } from '../../support/arbitraries.js';
import { TOKENS } from '../world.js';

export type Header = readonly [name: string, value: string];
export type Headers = fc.Arbitrary<readonly Header[]>;

const one = (name: string, ...values: string[]): Headers =>
  fc.constantFrom(...values).map((value) => [[name, value] as const]);
const none: Headers = fc.constant([]);

/** Where the request names a host, as every request must. */
const host = rarely(
  40,
  fc.oneof(
    none,
    one('Host', '', 'a b', 'http://x/', '[::1]'),
    fc.constant([
      ['Host', 'a'],
      ['Host', 'b'],
    ] as const),
  ),
  one('Host', 'api.example.com'),
);

/** `own`: whose requests these are, most of the time. */
const authorization = (...own: string[]) =>
  fc.oneof(
    { weight: 40, arbitrary: one('Authorization', ...own.map((token) => `Bearer ${token}`)) },
    { weight: 6, arbitrary: one('Authorization', ...TOKENS.map((token) => `Bearer ${token}`)) },
    {
      weight: 2,
      arbitrary: fc.oneof(
        none,
        one(
          'Authorization',
          '',
          'Bearer',
          'Bearer ',
          'TOKEN_CUSTOMER',
          'Basic TOKEN_CUSTOMER',
          'bearer  TOKEN_CUSTOMER',
          'Bearer TOKEN_CUSTOMERx',
          'Bearer TOKEN_CUSTOMER TOKEN_ADMIN',
          'Bearer a.b.c',
          `Bearer ${'a'.repeat(9000)}`,
          'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
          'Bearer \u00ff\u00fe',
        ),
        fc.constant([
          ['Authorization', 'Bearer TOKEN_CUSTOMER'],
          ['Authorization', 'Bearer TOKEN_ADMIN'],
        ] as const),
      ),
    },
  );

const requestId = rarely(
  5,
  fc.oneof(none, one('X-Request-Id', '', ' ', 'a b', '"', '\u00e9', 'x'.repeat(129), '{"a":1}', '../..')),
  one('X-Request-Id', 'fuzz-1', 'x'.repeat(128)),
);

/** Of a body: right most of the time. */
export const contentType = fc.oneof(
  { weight: 20, arbitrary: one('Content-Type', 'application/json') },
  { weight: 2, arbitrary: one('Content-Type', 'application/json; charset=utf-8', 'APPLICATION/JSON;Charset="UTF-8"') },
  {
    weight: 4,
    arbitrary: fc.oneof(
      none,
      one(
        'Content-Type',
        '',
        ' ',
        '@@@',
        '/',
        'application/json,text/plain',
        'application/jsonx',
        'application/problem+json',
        'application/json; charset=utf-16',
        'application/json; charset=utf-7',
        'application/json; charset=ibm500',
        'application/json; charset=',
        'application/json; charset="utf-8',
        'application/json; charset=utf-8; charset=utf-16',
        'application/json; a=b; q=é',
        `application/json; a=${'b'.repeat(5000)}`,
        'text/plain',
        'text/html',
        'application/octet-stream',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=boundary',
        'multipart/form-data',
        'application/xml',
        'application/jsonl',
        'image/png',
      ),
      fc.constant([
        ['Content-Type', 'application/json'],
        ['Content-Type', 'text/plain'],
      ] as const),
    ),
  },
);

/** A new one most of the time, so that it is no other request's. */
export const idempotencyKey = rarely(4, fc.constantFrom('fuzz-1', 'fuzz-2', '"fuzz-1"', 'k'.repeat(255)), fc.uuid());

/** For where the document does not say that there may be one: over tRPC. */
export const withOrWithoutKey: Headers = fc.oneof(
  { weight: 6, arbitrary: none },
  { weight: 3, arbitrary: idempotencyKey.map((key) => [['Idempotency-Key', key] as const]) },
  { weight: 1, arbitrary: one('Idempotency-Key', '', 'a b', 'k'.repeat(256), '\u00e9', '\u007f', '{"$ne":1}') },
);

/** Headers that have a meaning to somebody, if not to this API. */
const strange: Headers = fc.oneof(
  one('Content-Encoding', 'gzip', 'br', 'deflate', 'identity', '', 'gzip, gzip', 'x'),
  one('Expect', '100-continue', '200-ok', ''),
  one('Accept', 'text/html', 'text/event-stream', '*/*;q=x', '', 'application/xml;q=1, */*;q=0'),
  one('Accept-Encoding', 'gzip, br', 'identity;q=0', '*;q=0'),
  one('Accept-Language', 'x'.repeat(3000)),
  one('Range', 'bytes=0-0', 'bytes=99999999-', 'bytes=-1', 'bytes=5-1', 'x'),
  one('If-Match', '"x"', '*'),
  one('If-None-Match', '*', 'W/"x"'),
  one('If-Modified-Since', 'x', 'Tue, 01 Jan 2030 00:00:00 GMT'),
  one('If-Unmodified-Since', 'Tue, 01 Jan 1980 00:00:00 GMT'),
  one('Origin', 'https://evil.example', 'null', '*', 'x'),
  one('Cookie', 'a=b', `a=${'b'.repeat(8000)}`, '__proto__=x'),
  one('X-HTTP-Method-Override', 'DELETE'),
  one('X-Forwarded-For', '1.1.1.1', "' OR 1=1", 'x'.repeat(2000)),
  one('X-Forwarded-Host', 'evil.example'),
  one('X-Forwarded-Proto', 'javascript'),
  one('Forwarded', 'for="[::1]";proto=x'),
  one('Connection', 'close', 'upgrade', 'keep-alive, x', 'Authorization'),
  one('Upgrade', 'websocket', 'h2c'),
  one('TE', 'trailers', 'gzip'),
  one('Trailer', 'Authorization'),
  one('Keep-Alive', 'timeout=0'),
  one('Via', '1.1 x'),
  one('Access-Control-Request-Method', 'POST', 'X'),
  one('trpc-accept', 'application/jsonl'),
  one('x-trpc-source', '__proto__'),
  one('__proto__', 'x'),
  one('constructor', 'x'),
  one('X-Long', 'x'.repeat(20_000)),
  fc.constant(Array.from({ length: 200 }, (_, index) => [`X-${index}`, 'x'] as const)),
);

/** What comes with every request. */
const common = (...own: string[]): Headers =>
  fc
    .tuple(
      host,
      authorization(...own),
      requestId,
      rarely(6, fc.array(strange, { minLength: 1, maxLength: 2 }), fc.constant([])),
    )
    .map(([...groups]) => [...groups.slice(0, 3).flat(), ...(groups[3]?.flat() ?? [])] as Header[]);

export const customersHeaders = common('TOKEN_CUSTOMER');
/** Of the desk: half of what writes there is for admins alone. */
export const desksHeaders = common('TOKEN_AGENT', 'TOKEN_ADMIN', 'TOKEN_ADMIN');
