import { PEM, publicJwk, segment } from '../../support/issuer.js';
import { type Forgery, named, type World } from './world.js';

/** Tokens whose JOSE header wants something of the server. */
export function hostileHeaders(world: World): Forgery[] {
  return [...critical(world), ...keyIds(world), ...ownKeys(world), ...malformed(world)];
}

function critical({ trusted, header, claims }: World): Forgery[] {
  const values = named(
    ['exp'],
    [],
    ['b64'],
    ['alg'],
    [''],
    [1],
    'exp',
    '',
    null,
    true,
    0,
    {},
    [['exp']],
    ['http://example.com/x'],
  );
  return [
    ...values.map(([name, crit]): Forgery => [`crit ${name}`, trusted.token(claims, { ...header, crit })]),
    ['crit and what it names', trusted.token(claims, { ...header, crit: ['b64'], b64: true })],
    ['an unencoded payload', trusted.token(claims, { ...header, crit: ['b64'], b64: false })],
  ];
}

const TEXTS = [
  ...['', ' ', '0', '..', '../../../../../dev/null', '/dev/null', '/etc/passwd', 'C:\\nul', 'file:///dev/null'],
  ...[
    "' OR '1'='1",
    "x' UNION SELECT 'secret' --",
    '1; DROP TABLE tickets',
    '$(id)',
    '`id`',
    '| id',
    '%00',
    'a\0b',
    'a\r\nb',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '*',
    '.*',
    '(a+)+$',
    '{{7*7}}',
    '#{7*7}',
    '😀',
    '\u202e',
  ],
];

function keyIds({ trusted, header, claims, forger }: World): Forgery[] {
  const other = forger[trusted.algorithm];
  const strange = named(
    null,
    0,
    1,
    true,
    false,
    [],
    {},
    [header.kid ?? 'kid'],
    { kid: header.kid ?? 'kid' },
    { toString: 'x' },
  );
  return [
    ...named(...TEXTS).map(
      ([name, kid]): Forgery => [`kid ${name}, another key`, other.token(claims, { ...header, kid })],
    ),
    ...strange.map(([name, kid]): Forgery => [`kid ${name}, the right key`, trusted.token(claims, { ...header, kid })]),
    ['a kid of 2 kB, another key', other.token(claims, { ...header, kid: 'k'.repeat(2000) })],
    ['a kid of 10 kB, the right key', trusted.token(claims, { ...header, kid: 'k'.repeat(10_000) })],
  ];
}

/** Keys that come with the token, or by a URL in it. */
function ownKeys({ trusted, header, claims, forger, trapUrl }: World): Forgery[] {
  const other = forger[trusted.algorithm];
  const jwk =
    other.keys === undefined
      ? { kty: 'oct', k: segment(other.env.JWT_SECRET ?? '') }
      : publicJwk(other, { kid: header.kid });
  const urls = [`${trapUrl}/jwks.json`, `${trapUrl}/.well-known/jwks.json`, '//127.0.0.1', 'file:///dev/null'];
  const fields: [string, object][] = [
    ['jwk', { jwk }],
    ['jwk and its kid', { jwk: { ...jwk, kid: 'forger' }, kid: 'forger' }],
    ['jwks', { jwks: { keys: [jwk] } }],
    ['x5c', { x5c: [other.keys?.publicKey.export(PEM).toString() ?? 'x'] }],
    ['x5t', { x5t: segment('thumbprint'), 'x5t#S256': segment('thumbprint') }],
    ...urls.flatMap((url): [string, object][] => [
      [`jku ${url}`, { jku: url }],
      [`jku ${url} and a kid that only it knows`, { jku: url, kid: 'forger' }],
      [`x5u ${url}`, { x5u: url }],
      [`kid ${url}`, { kid: url }],
      [`iss ${url}`, { iss: url }],
    ]),
  ];
  return fields.map(([what, more]): Forgery => [`${what}, another key`, other.token(claims, { ...header, ...more })]);
}

function malformed({ trusted, header, claims }: World): Forgery[] {
  const json = JSON.stringify(header);
  const texts: [string, string | Buffer][] = [
    ['not JSON', 'alg=HS256'],
    ['an array', JSON.stringify([header])],
    ['a string', JSON.stringify(json)],
    ['null', 'null'],
    ['a number', '1'],
    ['an empty object', '{}'],
    ['with a byte order mark', `\ufeff${json}`],
    ['with something behind it', `${json}x`],
    ['not UTF-8', Buffer.from(json.replace('{', '{"x":"\xff",'), 'latin1')],
    ['alg under __proto__', `{"__proto__":${json}}`],
    ['a second alg that is none', json.replace(/}$/, ',"alg":"none"}')],
    ['a second crit', json.replace('{', '{"crit":null,"crit":["exp"],')],
    ['that never ends', `${json.slice(0, -1)},"x":${'['.repeat(1500)}`],
  ];
  return texts.map(([what, text]): Forgery => [`header ${what}`, trusted.token(claims, text)]);
}
