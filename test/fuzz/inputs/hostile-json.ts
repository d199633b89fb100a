import fc from 'fast-check';

/** JSON texts, not values: they can hold what no value can, such as a key twice. */
export type JsonText = fc.Arbitrary<string>;

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** Values for any place. */
export const hostileJson: JsonText = fc.constantFrom(
  '1e999',
  '-1e999',
  '9007199254740993',
  '0.1e-400',
  '1'.repeat(400),
  '"\\u0000"',
  '"\\ud83d"',
  '"\\ude00\\ud83d"',
  '"__proto__"',
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{"role":"admin"}}}',
  '{"toString":1,"valueOf":1,"then":1,"toJSON":1,"length":-1}',
  '{"$ref":"#"}',
  nested(500, '[', ']'),
  nested(50_000, '[', ']'),
  nested(500, '{"a":', '}').replace(':}', ':1}'),
  JSON.stringify('😀'.repeat(20_000)),
  JSON.stringify(Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`k${index}`, index]))),
);

export const hostileKey: JsonText = fc.constantFrom(
  '"subject"',
  '"ticketId"',
  '"attachment"',
  '"role"',
  '"userId"',
  '"__proto__"',
  '"constructor"',
  '""',
  '"a.b"',
  '"0"',
  '"\\u0000"',
  '"\\ud800"',
  JSON.stringify('k'.repeat(5000)),
);

/** Whole documents that are no object for any schema, or no JSON at all. */
export const hostileDocument: JsonText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'null',
    'true',
    '1',
    '"text"',
    '[]',
    '[{}]',
    '{',
    '}',
    '{}x',
    '{}{}',
    "{'a':1}",
    '{"a":1,}',
    '{a:1}',
    '// x\n{}',
    'NaN',
    '\0',
    '{"a":"\t"}',
    '{"a":"\\x41"}',
    '{"a":01}',
    '{"a":.5}',
    '{"a"',
    '\u00a0{}',
    '"\ud800"',
    '--boundary\r\nContent-Disposition: form-data; name="subject"\r\n\r\na\r\n--boundary--\r\n',
    'subject=a&description=d&categoryId=category_001',
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  ),
  fc.constantFrom(
    nested(100_000, '[', ']'),
    '['.repeat(100_000),
    '{"a":'.repeat(50_000),
    '1'.repeat(100_000),
    `{${Array.from({ length: 50_000 }, (_, index) => `"k${index}":0`).join(',')}}`,
    `{${Array(20_000).fill('"subject":"a"').join(',')}}`,
    JSON.stringify('x'.repeat(1_048_574)),
    ' '.repeat(1_048_576),
    ' '.repeat(1_048_577),
    JSON.stringify({ subject: 'x'.repeat(3_000_000) }),
  ),
);
