import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

export type Algorithm = 'HS256' | 'RS256' | 'ES256' | 'EdDSA';

/** Somebody who signs tokens, good or bad: whatever header and claims it is given. */
export interface Issuer {
  readonly algorithm: Algorithm;
  /** A JWS in compact form. Header and claims may be text, to sign what no serialiser would write. */
  token(claims: object | string | Buffer, header?: object | string | Buffer): string;
  /** The signature of any text, in the form that the algorithm asks for. */
  sign(input: string): Buffer;
  /** The environment of a server that trusts this issuer. */
  readonly env: Record<string, string>;
  /** None for HS256. */
  readonly keys: { publicKey: KeyObject; privateKey: KeyObject } | undefined;
}

export const PEM = { type: 'spki', format: 'pem' } as const;

/** An issuer with a shared secret. */
export function secretIssuer(secret: string | Buffer): Issuer {
  return issuer('HS256', (input) => createHmac('sha256', secret).update(input).digest(), {
    env: { JWT_SECRET: secret.toString() },
    keys: undefined,
  });
}

/** An issuer with a new key pair. */
export function keyPairIssuer(algorithm: Exclude<Algorithm, 'HS256'>): Issuer {
  const keys = KEY_PAIRS[algorithm]();
  const hash = algorithm === 'EdDSA' ? undefined : 'sha256';
  return issuer(
    algorithm,
    (input) => sign(hash, Buffer.from(input), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' }),
    {
      env: { JWT_PUBLIC_KEY: keys.publicKey.export(PEM).toString() },
      keys,
    },
  );
}

const KEY_PAIRS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

function issuer(
  algorithm: Algorithm,
  signature: (input: string) => Buffer,
  rest: Pick<Issuer, 'env' | 'keys'>,
): Issuer {
  return {
    algorithm,
    sign: signature,
    token(claims, header = { alg: algorithm, typ: 'JWT' }) {
      const input = `${segment(header)}.${segment(claims)}`;
      return `${input}.${segment(signature(input))}`;
    },
    ...rest,
  };
}

/** One of a token's three parts. */
export function segment(content: object | string | Buffer): string {
  if (Buffer.isBuffer(content)) return content.toString('base64url');
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64url');
}

/** The public part of an issuer's key, as its JWKS has it. */
export function publicJwk({ keys, algorithm }: Issuer, fields: Record<string, unknown> = {}): JsonWebKey {
  if (keys === undefined) throw new TypeError('A secret has no public part');
  return {
    ...keys.publicKey.export({ format: 'jwk' }),
    alg: algorithm,
    use: 'sig',
    ...fields,
  };
}
