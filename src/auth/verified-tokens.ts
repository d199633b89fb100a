import { LRUCache } from 'lru-cache';
import type { Identity } from './claims.js';

export interface Verified {
  readonly identity: Identity;
  /** Of the keys that the signature was checked with: with another one it must be checked again. */
  readonly edition: unknown;
}

interface Limits {
  tokens?: number;
  /** Of all tokens together; each is a byte. */
  characters?: number;
}

/**
 * Tokens whose signature was found good: it is checked once, not with every request. Nothing is said of the time, which
 * is to be asked at each use. Bounded in number and in bytes: those that were used last are kept.
 */
export class VerifiedTokens {
  readonly #tokens: LRUCache<string, Verified>;

  constructor({ tokens = 10_000, characters = 8 * 1024 * 1024 }: Limits = {}) {
    this.#tokens = new LRUCache({
      max: tokens,
      maxSize: characters,
      sizeCalculation: (_verified, token) => token.length,
    });
  }

  get(token: string): Verified | undefined {
    return this.#tokens.get(token);
  }

  set(token: string, verified: Verified): void {
    this.#tokens.set(token, verified);
  }

  delete(token: string): void {
    this.#tokens.delete(token);
  }
}
