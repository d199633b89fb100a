import { createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { type Issuer, PEM, publicJwk, segment } from '../../support/issuer.js';
import { type Forgery, goodToken, named, type World } from './world.js';

/** Tokens whose header says another algorithm than the server's key is for. */
export function forgedAlgorithms(world: World): Forgery[] {
  return [...unsigned(world), ...otherAlgorithms(world), ...publicKeyAsSecret(world), ...otherHashes(world)];
}

const NONE = ['none', 'None', 'NONE', 'nOnE', 'noNe', 'nONE', 'none ', ' none', 'none\0', 'ｎｏｎｅ', 'null', ''];
const NO_NAME = [null, 0, 1, false, true, [], ['none'], {}, { alg: 'none' }, undefined];

function unsigned(world: World): Forgery[] {
  const { header, claims } = world;
  const signature = goodToken(world).split('.')[2] ?? '';
  return named(...NONE, ...NO_NAME).flatMap(([name, alg]): Forgery[] => {
    const input = `${segment({ ...header, alg })}.${segment(claims)}`;
    return [
      [`alg ${name}, no signature`, `${input}.`],
      [`alg ${name}, no third part`, input],
      [`alg ${name}, some signature`, `${input}.${segment('signed')}`],
      [`alg ${name}, the signature of a good token`, `${input}.${signature}`],
    ];
  });
}

/** Every algorithm there is: by the forger's key of its kind, and by the trusted signature under another name. */
function otherAlgorithms({ trusted, header, claims, forger }: World): Forgery[] {
  const others = Object.values(forger).filter(({ algorithm }) => algorithm !== trusted.algorithm);
  const names = [
    ...['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
    ...['ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'Ed25519', 'Ed448', 'RSA-OAEP', 'dir', 'A128KW', 'ECDH-ES'],
    ...['hs256', 'Hs256', 'rs256', 'es256', 'eddsa', 'HS256 ', 'RS', 'ES', 'HS', 'sha256', 'RSA-SHA256', 'constructor'],
  ].filter((name) => name !== trusted.algorithm);
  return [
    ...others.map(
      (other): Forgery => [
        `${other.algorithm} by the forger's key`,
        other.token(claims, { ...header, alg: other.algorithm }),
      ],
    ),
    ...others.map(
      (other): Forgery => [`${trusted.algorithm} by name, ${other.algorithm} in truth`, other.token(claims, header)],
    ),
    ...names.map(
      (alg): Forgery => [`alg ${alg}, signed with the right key`, trusted.token(claims, { ...header, alg })],
    ),
    ...named([trusted.algorithm], { alg: trusted.algorithm }, `${trusted.algorithm},none`).map(
      ([name, alg]): Forgery => [`alg ${name}, signed with the right key`, trusted.token(claims, { ...header, alg })],
    ),
  ];
}

/** What everybody can read of a public key, taken for the secret of an HMAC. */
function publicKeyAsSecret({ trusted, header, claims }: World): Forgery[] {
  if (trusted.keys === undefined) return [];
  const { publicKey } = trusted.keys;
  const pem = publicKey.export(PEM).toString();
  const jwk = publicJwk(trusted);
  const secrets: [string, string | Buffer][] = [
    ['PEM', pem],
    ['PEM without its last line end', pem.trimEnd()],
    ['PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['PEM with \\n', pem.replaceAll('\n', '\\n')],
    ['base64 of the PEM', pem.split('\n').slice(1, -2).join('')],
    ['DER', publicKey.export({ type: 'spki', format: 'der' })],
    ['JWK', JSON.stringify(jwk)],
    ['JWKS', JSON.stringify({ keys: [jwk] })],
    ['modulus or point', Buffer.from(jwk.n ?? jwk.x ?? '', 'base64url')],
    ['kid', String(header.kid ?? 'kid')],
    ['nothing', ''],
  ];
  if (trusted.algorithm === 'RS256')
    secrets.push(['PKCS #1', publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()]);
  return secrets.flatMap(([name, secret]) =>
    ['sha256', 'sha384', 'sha512'].map((hash): Forgery => {
      const alg = hash.replace('sha', 'HS');
      const input = `${segment({ ...header, alg })}.${segment(claims)}`;
      return [
        `${alg} with the public key as secret: ${name}`,
        `${input}.${segment(createHmac(hash, secret).update(input).digest())}`,
      ];
    }),
  );
}

/** The right key, used in a way that the configuration does not allow. */
function otherHashes(world: World): Forgery[] {
  const { trusted, header, claims } = world;
  const token = (what: string, alg: string, signature: (input: Buffer) => Buffer): Forgery => {
    const input = `${segment({ ...header, alg })}.${segment(claims)}`;
    return [what, `${input}.${segment(signature(Buffer.from(input)))}`];
  };
  return trusted.keys === undefined ? hmacHashes(trusted, token) : keyPairHashes(trusted, token);
}

type Make = (what: string, alg: string, signature: (input: Buffer) => Buffer) => Forgery;

function hmacHashes({ env }: Issuer, token: Make): Forgery[] {
  const secret = env.JWT_SECRET ?? '';
  const by = (hash: string, key: string | Buffer) => (input: Buffer) => createHmac(hash, key).update(input).digest();
  return [
    token('HS384 with the right secret', 'HS384', by('sha384', secret)),
    token('HS512 with the right secret', 'HS512', by('sha512', secret)),
    token('HS256, but SHA-512', 'HS256', by('sha512', secret)),
    token('the empty secret', 'HS256', by('sha256', '')),
    token('the secret and a line end', 'HS256', by('sha256', `${secret}\n`)),
    token('the secret without its last character', 'HS256', by('sha256', secret.slice(0, -1))),
    token('base64 of the secret', 'HS256', by('sha256', Buffer.from(secret).toString('base64'))),
    token('the name of the variable', 'HS256', by('sha256', 'JWT_SECRET')),
  ];
}

function keyPairHashes({ algorithm, keys }: Issuer, token: Make): Forgery[] {
  const key = createPrivateKey(keys?.privateKey.export({ type: 'pkcs8', format: 'pem' }) ?? '');
  const zeros = (length: number) => () => Buffer.alloc(length);
  if (algorithm === 'RS256') {
    return [
      token('RS384 with the right key', 'RS384', (input) => sign('sha384', input, key)),
      token('RS256, but SHA-1', 'RS256', (input) => sign('sha1', input, key)),
      token('RS256, but SHA-512', 'RS256', (input) => sign('sha512', input, key)),
      token('PS256 with the right key', 'PS256', (input) => sign('sha256', input, { key, padding: 6, saltLength: 32 })),
      token('RS256, but PSS padding', 'RS256', (input) => sign('sha256', input, { key, padding: 6, saltLength: 32 })),
      token('RS256, zeros', 'RS256', zeros(256)),
      token('RS256, one', 'RS256', () => Buffer.concat([Buffer.alloc(255), Buffer.from([1])])),
    ];
  }
  if (algorithm === 'ES256') {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    return [
      token('ES256, but DER', 'ES256', (input) => sign('sha256', input, key)),
      token('ES256, but SHA-384', 'ES256', (input) => sign('sha384', input, { key, dsaEncoding: 'ieee-p1363' })),
      token('ES384 by a P-384 key', 'ES384', (input) =>
        sign('sha384', input, { key: p384, dsaEncoding: 'ieee-p1363' }),
      ),
      token('ES256 by a P-384 key', 'ES256', (input) =>
        sign('sha256', input, { key: p384, dsaEncoding: 'ieee-p1363' }),
      ),
      token('ES256, r and s zero', 'ES256', zeros(64)),
      token('ES256, r and s the order', 'ES256', () => Buffer.concat([order, order])),
      token('ES256, half a signature', 'ES256', zeros(32)),
    ];
  }
  const ed448 = generateKeyPairSync('ed448').privateKey;
  return [
    token('EdDSA by an Ed448 key', 'EdDSA', (input) => sign(undefined, input, ed448)),
    token('EdDSA over the hash', 'EdDSA', (input) =>
      sign(undefined, createHmac('sha256', '').update(input).digest(), key),
    ),
    token('EdDSA, zeros', 'EdDSA', zeros(64)),
    token('EdDSA, the neutral point', 'EdDSA', () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])),
  ];
}
