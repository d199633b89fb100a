import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from '../db/database.js';
import type { Clock } from '../schema/clock.js';
import { signingKey } from './signing-key.js';

/** For how long a link is good at least. */
const LINK_SECONDS = 300;
/** Within so many seconds it is the same link, which a browser that has the file asks nobody for. */
const SAME_SECONDS = 60;

interface Parts {
  db: Database;
  clock: Clock;
  /** What a proxy puts before our paths; '' for none. */
  publicPath: string;
}

/**
 * Links to the bytes of files: whoever has one may read the file until it ends, as a page's `<img>` sends no token. Signed, so
 * that nobody can make one for another file or a longer time.
 */
export class FileLinks {
  readonly #parts: Parts;
  #key: Promise<Buffer> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async to(fileId: string): Promise<{ url: string; expiresAt: Date }> {
    const { clock, publicPath } = this.#parts;
    const expires = Math.ceil(clock.now().getTime() / 1000 / SAME_SECONDS) * SAME_SECONDS + LINK_SECONDS;
    const query = new URLSearchParams({ expires: String(expires), signature: await this.#signature(fileId, expires) });
    return { url: `${publicPath}/support/files/${fileId}/content?${query}`, expiresAt: new Date(expires * 1000) };
  }

  /** Whether we have made a link with these parts, and it is still good. */
  async isGood(fileId: string, { expires, signature }: { expires?: unknown; signature?: unknown }): Promise<boolean> {
    if (typeof expires !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(expires)) return false;
    const expected = Buffer.from(await this.#signature(fileId, Number(expires)));
    const sent = Buffer.from(signature);
    if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) return false;
    return Number(expires) * 1000 > this.#parts.clock.now().getTime();
  }

  async #signature(fileId: string, expires: number): Promise<string> {
    return createHmac('sha256', await this.#signingKey())
      .update(`${fileId}\n${expires}`)
      .digest('base64url');
  }

  #signingKey(): Promise<Buffer> {
    const { db, clock } = this.#parts;
    this.#key ??= signingKey(db, clock).catch((error) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }
}
