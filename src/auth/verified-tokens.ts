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
 * is to be asked at each use. Bounded in number and in bytes; the token that was used least recently goes first.
 */
export class VerifiedTokens {
  readonly #limits: Required<Limits>;
  /** In the order of use, least recent first. */
  readonly #tokens = new Map<string, Verified>();
  #characters = 0;

  constructor(limits: Limits = {}) {
    this.#limits = { tokens: 10_000, characters: 8 * 1024 * 1024, ...limits };
  }

  get(token: string): Verified | undefined {
    const verified = this.#tokens.get(token);
    if (verified === undefined) return undefined;
    this.#tokens.delete(token);
    this.#tokens.set(token, verified);
    return verified;
  }

  set(token: string, verified: Verified): void {
    this.delete(token);
    this.#tokens.set(token, verified);
    this.#characters += token.length;
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= this.#limits.tokens && this.#characters <= this.#limits.characters) return;
      this.delete(oldest);
    }
  }

  delete(token: string): void {
    if (this.#tokens.delete(token)) this.#characters -= token.length;
  }
}
