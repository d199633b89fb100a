import type { FastifyBaseLogger } from 'fastify';
import { AppError } from '../errors/app-error.js';
import type { Clock } from '../schema/clock.js';
import { fetchJson } from './fetch-json.js';
import { KeySet } from './key-set.js';
import type { TokenHeader } from './token-header.js';

export interface RemoteKeySetOptions {
  clock: Clock;
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
  /** The issuer is asked at most this often, whatever tokens come and however it answers. */
  cooldownMs?: number;
  /** The same while it never gave any keys: until it does, nobody gets in. */
  retryMs?: number;
  /** From this age on the keys are fetched anew while they are used. */
  refreshAfterMs?: number;
  /** At this age they are used only after the issuer was asked: what it withdrew has stopped working by then. */
  maxAgeMs?: number;
  /** The issuer's time to answer. */
  timeoutMs?: number;
}

/**
 * The keys at an issuer's JWKS URL, followed as they rotate.
 *
 * While the issuer is away, or answers anything but a JWKS, the keys that it gave last stay good and nobody waits for it:
 * its outage is not ours. Only when it never gave any is a call refused with SERVICE_UNAVAILABLE, as a good token can't be
 * told from a bad one.
 */
export class RemoteKeySet {
  readonly #url: string;
  readonly #options: Required<RemoteKeySetOptions>;
  #keys: KeySet | undefined;
  /** When the issuer was asked for #keys; and when it was asked last, with whatever outcome. */
  #keysOf = 0;
  #askedAt: number | undefined;
  #pending: Promise<void> | undefined;
  /** Why the last attempt failed; undefined after one that did not. */
  #failure: unknown;

  constructor(url: string, options: RemoteKeySetOptions) {
    this.#url = url;
    this.#options = {
      cooldownMs: 10_000,
      retryMs: 2000,
      refreshAfterMs: 5 * 60_000,
      maxAgeMs: 10 * 60_000,
      timeoutMs: 5000,
      ...options,
    };
  }

  /** The keys as they are now: the same object until a key has come or gone. */
  async current(): Promise<KeySet> {
    const { refreshAfterMs, maxAgeMs } = this.#options;
    if (this.#keys === undefined || (this.#hasPassed(maxAgeMs, this.#keysOf) && this.#failure === undefined)) {
      await this.#refresh();
    } else if (this.#hasPassed(refreshAfterMs, this.#keysOf)) {
      void this.#refresh();
    }
    if (this.#keys === undefined) throw new AppError('SERVICE_UNAVAILABLE', { cause: this.#failure });
    return this.#keys;
  }

  /**
   * The PEM of the key that a header means. The issuer is asked for one that we don't know yet.
   *
   * @throws Error if there is none, or more than one: a token is worth one signature check.
   */
  async keyFor(header: TokenHeader): Promise<string> {
    let keys = (await this.current()).matching(header);
    if (keys.length === 0) {
      await this.#refresh();
      keys = (await this.current()).matching(header);
    }
    const [key] = keys;
    if (key === undefined) throw new Error('The issuer has no such key');
    if (keys.length > 1) throw new Error('The issuer has several such keys');
    return key.pem;
  }

  /** Asks the issuer, once for all who wait, unless it was asked just now. Never rejects. */
  #refresh(): Promise<void> {
    if (this.#pending !== undefined) return this.#pending;
    const { cooldownMs, retryMs } = this.#options;
    const pauseMs = this.#keys === undefined ? retryMs : cooldownMs;
    if (this.#askedAt !== undefined && !this.#hasPassed(pauseMs, this.#askedAt)) return Promise.resolve();
    this.#pending = this.#ask().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #ask(): Promise<void> {
    const { clock, log, timeoutMs } = this.#options;
    const askedAt = clock.now().getTime();
    this.#askedAt = askedAt;
    try {
      const keys = new KeySet(await fetchJson(this.#url, timeoutMs));
      this.#keysOf = askedAt;
      this.#failure = undefined;
      if (this.#keys?.equals(keys)) return;
      this.#keys = keys;
      log.info({ keys: keys.size }, 'token keys changed');
    } catch (error) {
      this.#failure = error;
      log.warn({ err: error, keys: this.#keys?.size ?? 0 }, 'token keys could not be fetched');
    }
  }

  /** A clock that was set back counts as passed: better one question too many than keys that never age. */
  #hasPassed(milliseconds: number, since: number): boolean {
    const passed = this.#options.clock.now().getTime() - since;
    return passed < 0 || passed >= milliseconds;
  }
}
