import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

export type PublicKeyAlgorithm = 'RS256' | 'ES256' | 'EdDSA';

/** A public key that tokens may be checked with: RSA of at least 2048 bits, EC P-256, or Ed25519. */
export interface PublicKey {
  /** The one algorithm that it is good for. */
  readonly algorithm: PublicKeyAlgorithm;
  /** As SubjectPublicKeyInfo, whatever form it came in. */
  readonly pem: string;
}

const MIN_RSA_BITS = 2048;

/**
 * The key in a PEM; undefined if there is none that we take: a certificate or a private key is none. `\n` may stand for
 * line ends, as it often does in an environment variable.
 */
export function publicKeyFromPem(text: string): PublicKey | undefined {
  const pem = text.replaceAll('\\n', '\n').trim();
  if (!/^-----BEGIN (RSA )?PUBLIC KEY-----/m.test(pem) || pem.includes('PRIVATE KEY')) return undefined;
  return publicKey(() => createPublicKey(pem));
}

/** The key in a JWK (RFC 7517); undefined if it is none that we take, and if its private part is there. */
export function publicKeyFromJwk(jwk: JsonWebKey): PublicKey | undefined {
  if ('d' in jwk) return undefined;
  return publicKey(() => createPublicKey({ key: jwk, format: 'jwk' }));
}

function publicKey(read: () => KeyObject): PublicKey | undefined {
  try {
    const key = read();
    const algorithm = algorithmOf(key);
    return algorithm && { algorithm, pem: key.export({ type: 'spki', format: 'pem' }).toString() };
  } catch {
    return undefined;
  }
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject) {
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS) return 'RS256';
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256';
  if (type === 'ed25519') return 'EdDSA';
  return undefined;
}
