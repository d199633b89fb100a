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
 * is to be asked at each use. Bounded in number and in bytes.
 *
 * In two halves: when the young one is full it becomes the old one, and what was in the old one and has not been used
 * meanwhile is forgotten. A use of a young token changes nothing: an order of use would have every request write into it.
 */
export class VerifiedTokens {
  readonly #limits: Required<Limits>;
  #young = new Map<string, Verified>();
  #old = new Map<string, Verified>();
  /** Of the young ones. */
  #characters = 0;

  constructor({ tokens = 10_000, characters = 8 * 1024 * 1024 }: Limits = {}) {
    this.#limits = { tokens: tokens / 2, characters: characters / 2 };
  }

  get(token: string): Verified | undefined {
    const young = this.#young.get(token);
    if (young !== undefined) return young;
    const old = this.#old.get(token);
    if (old !== undefined) this.set(token, old);
    return old;
  }

  set(token: string, verified: Verified): void {
    this.delete(token);
    if (token.length > this.#limits.characters) return;
    if (this.#young.size >= this.#limits.tokens || this.#characters + token.length > this.#limits.characters) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#young.set(token, verified);
    this.#characters += token.length;
  }

  delete(token: string): void {
    if (this.#young.delete(token)) this.#characters -= token.length;
    this.#old.delete(token);
  }
}
