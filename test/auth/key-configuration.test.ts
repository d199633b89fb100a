import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withDevelopmentSecret } from '../../src/auth/development-secret.js';
import { loadConfig } from '../../src/config/config.js';
import { publicKeyFromPem } from '../../src/config/public-key.js';
import { keyPairIssuer, PEM, publicJwk } from '../support/issuer.js';
import { TEST_SECRET } from '../support/tokens.js';

const rsa = keyPairIssuer('RS256');
const pem = (key: KeyObject) => key.export(PEM).toString();
const rsaPem = rsa.env.JWT_PUBLIC_KEY ?? '';
const rsaPrivatePem = String(rsa.keys?.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const rsaOf = (modulusLength: number) => pem(generateKeyPairSync('rsa', { modulusLength }).publicKey);
const ecOf = (namedCurve: string) => pem(generateKeyPairSync('ec', { namedCurve }).publicKey);

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBbjCCAROgAwIBAgIUCnXqnyhrmh4llQR4tIQPuJrTCaswCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBdDAeFw0yNjExMjQwOTA1MDRaFw0zNjExMjEwOTA1MDRaMAwx
CjAIBgNVBAMMAXQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ1S5chAmB70TfD
eM8sZb4VzvWf//7hyyhmnZ09kPQVN+F/ZgExBn0PMyQDOqh+iXKw/TjWOzFrBjRE
JgYG+MuTo1MwUTAdBgNVHQ4EFgQUJ63PYfxVhM1ia5oBVLe9M1Ftx00wHwYDVR0j
BBgwFoAUJ63PYfxVhM1ia5oBVLe9M1Ftx00wDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNJADBGAiEAsqwx9gRuIEseFkRAwqj9xzXawGR4ME81jUnVj4CmKNYC
IQDk/flHuidPsoeaqSLSTphQI8I5aDr8BYgWQPDhoucmQw==
-----END CERTIFICATE-----`;

describe('keys that refuse the start', () => {
  const faults: [string, Record<string, string>, RegExp][] = [
    ['no key in production', { NODE_ENV: 'production' }, /^JWT_SECRET is not set/],
    ['an empty secret in production', { NODE_ENV: 'production', JWT_SECRET: '' }, /^JWT_SECRET is not set/],
    ['a secret of 31 bytes', { JWT_SECRET: 's'.repeat(31) }, /^JWT_SECRET must be at least 32 bytes long$/],
    ['a PEM as secret', { JWT_SECRET: rsaPem }, /^JWT_SECRET must be a secret/],
    ['a PEM as secret, on one line', { JWT_SECRET: rsaPem.replaceAll('\n', '\\n') }, /^JWT_SECRET must be a secret/],
    ['a JWK as secret', { JWT_SECRET: JSON.stringify(publicJwk(rsa)) }, /^JWT_SECRET must be a secret/],
    [
      'a console at an issuer without its key',
      { CONSOLE_OIDC_CLIENT_ID: 'console', JWT_ISSUER: 'https://id.example.com' },
      /^CONSOLE_OIDC_CLIENT_ID needs the key of the issuer as well: set JWT_JWKS_URL$/,
    ],
    [
      'a console at an issuer without an address',
      { CONSOLE_OIDC_CLIENT_ID: 'console', JWT_ISSUER: 'me', JWT_SECRET: TEST_SECRET },
      /^CONSOLE_OIDC_AUTHORITY must be set as well, as JWT_ISSUER is no address$/,
    ],
    [
      'a console that is told what it says itself',
      { CONSOLE_OIDC_PARAMETERS: 'audience=x&redirect_uri=https%3A%2F%2Fevil.example' },
      /^CONSOLE_OIDC_PARAMETERS must not have what the console sends by itself, such as scope$/,
    ],
    [
      'a path for an origin',
      { CONSOLE_OIDC_ORIGINS: 'https://id.example.com/' },
      /^CONSOLE_OIDC_ORIGINS must be origins/,
    ],
    ['no openid', { CONSOLE_OIDC_SCOPE: 'profile' }, /^CONSOLE_OIDC_SCOPE must have openid in it$/],
    ['two keys', { JWT_SECRET: TEST_SECRET, JWT_PUBLIC_KEY: rsaPem }, /^JWT_SECRET and JWT_PUBLIC_KEY are both set/],
    ['no PEM', { JWT_PUBLIC_KEY: 'nonsense' }, /^JWT_PUBLIC_KEY must be a PEM public key/],
    ['a broken PEM', { JWT_PUBLIC_KEY: rsaPem.slice(0, 200) }, /^JWT_PUBLIC_KEY must be a PEM public key/],
    ['a private key', { JWT_PUBLIC_KEY: rsaPrivatePem }, /^JWT_PUBLIC_KEY must be a PEM public key/],
    [
      'a private key and its public one',
      { JWT_PUBLIC_KEY: `${rsaPem}${rsaPrivatePem}` },
      /^JWT_PUBLIC_KEY must be a PEM/,
    ],
    ['a certificate', { JWT_PUBLIC_KEY: CERTIFICATE }, /^JWT_PUBLIC_KEY must be a PEM public key/],
    ['an RSA key of 2047 bits', { JWT_PUBLIC_KEY: rsaOf(2047) }, /RSA of at least 2048 bits/],
    ['an RSA key of 1024 bits', { JWT_PUBLIC_KEY: rsaOf(1024) }, /RSA of at least 2048 bits/],
    ['a P-384 key', { JWT_PUBLIC_KEY: ecOf('P-384') }, /^JWT_PUBLIC_KEY must be a PEM public key/],
    ['a secp256k1 key', { JWT_PUBLIC_KEY: ecOf('secp256k1') }, /^JWT_PUBLIC_KEY must be a PEM public key/],
    ['an Ed448 key', { JWT_PUBLIC_KEY: pem(generateKeyPairSync('ed448').publicKey) }, /^JWT_PUBLIC_KEY must be/],
    ['an X25519 key', { JWT_PUBLIC_KEY: pem(generateKeyPairSync('x25519').publicKey) }, /^JWT_PUBLIC_KEY must be/],
    [
      'a key for RSA-PSS',
      { JWT_PUBLIC_KEY: pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey) },
      /^JWT_PUBLIC_KEY must be a PEM public key/,
    ],
    ['a JWKS that is a path', { JWT_JWKS_URL: '/etc/jwks.json' }, /^JWT_JWKS_URL must be a URL that begins with https/],
    ['a JWKS that is a file', { JWT_JWKS_URL: 'file:///etc/jwks.json' }, /^JWT_JWKS_URL must be a URL that begins/],
    ['a JWKS with a password', { JWT_JWKS_URL: 'https://u:p@id.example.com/jwks' }, /without user name and password$/],
    ['a JWKS with a user name', { JWT_JWKS_URL: 'https://u@id.example.com/jwks' }, /without user name and password$/],
  ];

  it.each(faults)('%s: one line', (_what, env, line) => {
    expect(() => loadConfig(env)).toThrow(line);
  });
});

describe('the algorithm', () => {
  it('is fixed by the kind of key', () => {
    for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const) {
      expect(publicKeyFromPem(keyPairIssuer(algorithm).env.JWT_PUBLIC_KEY ?? '')?.algorithm).toBe(algorithm);
    }
    expect(publicKeyFromPem(rsaOf(3072))?.algorithm).toBe('RS256');
  });

  it('and the key do not depend on the form that the key came in', () => {
    const pkcs1 = String(rsa.keys?.publicKey.export({ type: 'pkcs1', format: 'pem' }));
    expect(publicKeyFromPem(pkcs1)).toEqual({ algorithm: 'RS256', pem: rsaPem });
  });
});

describe('the development secret', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'support-api-secret-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is strong, and stays', () => {
    const config = loadConfig({ DATABASE_URL: `file:${join(folder, 'support.db')}` });
    const { config: first, made } = withDevelopmentSecret(config);
    expect(Buffer.byteLength(first.JWT_SECRET ?? '')).toBeGreaterThanOrEqual(32);
    expect(made).toBe(join(folder, 'development-jwt-secret'));
    expect(withDevelopmentSecret(config).config.JWT_SECRET).toBe(first.JWT_SECRET);
  });

  it.each(['', 'short'])('is not taken from a file that holds %j', (content) => {
    writeFileSync(join(folder, 'development-jwt-secret'), content);
    const config = loadConfig({ DATABASE_URL: `file:${join(folder, 'support.db')}` });
    expect(() => withDevelopmentSecret(config)).toThrow(/is too short: remove that file$/);
  });

  it('is not made where a key is configured', () => {
    const config = loadConfig({ DATABASE_URL: `file:${join(folder, 'support.db')}`, JWT_PUBLIC_KEY: rsaPem });
    expect(withDevelopmentSecret(config)).toEqual({ config, made: undefined });
  });
});
