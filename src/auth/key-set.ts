import type { JsonWebKey } from 'node:crypto';
import { type PublicKey, publicKeyFromJwk } from '../config/public-key.js';
import type { TokenHeader } from './token-header.js';

interface PublishedKey extends PublicKey {
  readonly kid: string | undefined;
}

/** The keys of a JWKS (RFC 7517) that tokens may be checked with. Whatever else is in it is passed over. */
export class KeySet {
  readonly #keys: readonly PublishedKey[];

  /** @throws TypeError if `jwks` is not a JWKS at all. */
  constructor(jwks: unknown) {
    const keys: unknown = isObject(jwks) ? jwks.keys : undefined;
    if (!Array.isArray(keys)) throw new TypeError('The answer is not a JWKS');
    this.#keys = keys.flatMap((jwk: unknown) => (isObject(jwk) ? publishedKey(jwk) : []));
  }

  get size(): number {
    return this.#keys.length;
  }

  /** The keys that the header may mean. A token without `kid` means any key of its algorithm. */
  matching({ alg, kid }: TokenHeader): readonly PublicKey[] {
    return this.#keys.filter((key) => key.algorithm === alg && (kid === undefined || key.kid === kid));
  }

  equals(other: KeySet): boolean {
    return JSON.stringify(this.#keys) === JSON.stringify(other.#keys);
  }
}

function publishedKey(jwk: Record<string, unknown>): PublishedKey[] {
  const { kid, use, key_ops: operations, alg } = jwk;
  if (kid !== undefined && typeof kid !== 'string') return [];
  if (use !== undefined && use !== 'sig') return [];
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return [];
  const key = publicKeyFromJwk(jwk as JsonWebKey);
  if (key === undefined || (alg !== undefined && alg !== key.algorithm)) return [];
  return [{ ...key, kid }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
