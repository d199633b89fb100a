import { type Forgery, named, type World } from './world.js';

/** Tokens of the trusted issuer, with claims that let nobody in. */
export function badClaims({ trusted, header, claims, now }: World): Forgery[] {
  const { iss, aud } = claims as { iss: string; aud: string };
  const bad = (claim: string, ...values: unknown[]) =>
    named(...values).map(
      ([name, value]): Forgery => [`${claim} ${name}`, trusted.token({ ...claims, [claim]: value }, header)],
    );
  const raw = (what: string, payload: string | Buffer): Forgery => [what, trusted.token(payload, header)];
  const json = JSON.stringify(claims);

  return [
    ...bad('sub', undefined, null, '', 0, 1, true, false, {}, [], ['user_123'], { sub: 'user_123' }),
    ...bad('sub', 'u'.repeat(256), '😀'.repeat(256), 'u'.repeat(3000), 'ü'.repeat(1000)),
    ...bad('sub', 'a\0', '\0', 'a\nb', 'a\r\nb', '\t', 'a\u001b[31m', 'a\u007f', 'a\u0085', 'a\u009fb', '\b'),
    raw('sub with a lone high surrogate', json.replace('user_123', '\\ud83d')),
    raw('sub with a lone low surrogate', json.replace('user_123', 'user\\ude00')),
    raw('sub with surrogates in the wrong order', json.replace('user_123', '\\ude00\\ud83d')),
    raw('sub with bytes that are not UTF-8', Buffer.from(json.replace('user_123', 'user_\xff'), 'latin1')),
    raw('a second sub that is empty', json.replace('{', '{"sub":"user_456",').replace('"user_123"', '""')),

    ...bad(
      'exp',
      now,
      now - 1,
      now - 3600,
      0,
      -1,
      -1e12,
      1.5,
      String(now + 3600),
      '',
      null,
      true,
      [],
      [now + 3600],
      {},
    ),
    raw('exp 1e999', json.replace(/"exp":\d+/, '"exp":1e999')),
    raw('exp as a date', json.replace(/"exp":\d+/, '"exp":"2099-01-01T00:00:00Z"')),
    ...bad('nbf', now + 3600, now + 1e9, 9e15, String(now), '', null, true, [], [0], {}),
    raw('nbf -1e999', json.replace('{', '{"nbf":-1e999,')),
    ...bad('iat', String(now), '', null, true, [], [now], {}),

    ...bad('iss', undefined, null, '', 0, true, [], [iss], [iss, 'other'], {}, { iss }),
    ...bad('iss', 'https://forger.example.com/', iss.toUpperCase(), `${iss}x`, iss.slice(0, -1), ` ${iss}`, `${iss}\0`),
    ...bad(
      'aud',
      undefined,
      null,
      '',
      0,
      true,
      [],
      [[]],
      [[aud]],
      {},
      { aud },
      [null],
      [1],
      [aud, 1],
      ['other'],
      ['', 'other'],
    ),
    ...bad('aud', 'other', aud.toUpperCase(), `${aud}x`, aud.slice(0, -1), ` ${aud}`, `${aud} other`, `${aud},other`),

    ...[...named([], [claims], 'user_123', 1, null, true)].map(([name, payload]) =>
      raw(`payload ${name}`, JSON.stringify(payload)),
    ),
    raw('payload that is not JSON', 'sub=user_123'),
    raw('payload with a byte order mark', `\ufeff${json}`),
    raw('payload with something behind it', `${json}x`),
    raw('payload with single quotes', json.replaceAll('"', "'")),
    raw('payload cut in the middle', json.slice(0, -5)),
    raw('payload in UTF-16', Buffer.from(json, 'utf16le')),
    raw('payload that is a token', trusted.token(claims, header)),
    raw('claims under __proto__', `{"__proto__":${json}}`),
    raw('claims one level down', JSON.stringify({ claims })),
  ];
}
